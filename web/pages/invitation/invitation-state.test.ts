import type { Me } from "@yardarm/protocol/api/auth";
import type { InvitationOffer } from "@yardarm/protocol/api/invitations";
import type { ErrorCode } from "@yardarm/protocol/errors";
import { asId, type OrgId, type UserId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { ApiError } from "../../api/http.ts";
import { deadEnd, wayIn } from "./invitation-state.ts";

const offer: InvitationOffer = {
  orgName: "Example",
  email: "vera@example.com",
  role: "viewer",
  invitedBy: "Olga Owner",
  expiresAt: "2026-11-28T14:00:00Z",
  hasAccount: false,
};
const meWith = (email: string): Me => ({
  userId: asId<UserId>("usr_00000000000000000001"),
  sessionId: null,
  name: "Vera",
  email,
  activeOrgId: asId<OrgId>("org_00000000000000000001"),
  orgs: [],
  projects: null,
  instanceAdmin: false,
  permissions: [],
});
const refused = (code: ErrorCode): ApiError =>
  new ApiError({
    kind: "problem",
    problem: { type: "about:blank", title: "t", status: 400, detail: "d", code, requestId: "req_1" },
    retryAfterSeconds: null,
  });

test("[IDTY-05] the way in follows from who is signed in, and whether the address has an account", () => {
  expect(wayIn(offer, null)).toEqual({ kind: "newAccount" });
  expect(wayIn({ ...offer, hasAccount: true }, null)).toEqual({ kind: "password" });
  expect(wayIn(offer, meWith("vera@example.com"))).toEqual({ kind: "accept", name: "Vera" });
  expect(wayIn(offer, meWith("olga@example.com"))).toEqual({ kind: "otherAccount", email: "olga@example.com" });
});

test("[IDTY-05] used, expired and accepted already are told apart; other errors are not about the invitation", () => {
  const codes = ["token_expired", "token_invalid", "conflict"] as const;
  expect(new Set(codes.map((code) => deadEnd(refused(code))?.title)).size).toBe(3);
  expect(deadEnd(refused("rate_limited"))).toBeNull();
  expect(deadEnd(new TypeError("x"))).toBeNull();
});
