import { randomBytes } from "node:crypto";
import type { Role } from "@yardarm/protocol/api/auth";
import {
  createInvitationRequestSchema,
  type Invitation,
  type InvitationOffer,
  lookAtInvitationRequestSchema,
} from "@yardarm/protocol/api/invitations";
import { changeMemberRequestSchema, type Member } from "@yardarm/protocol/api/members";
import { type ApiToken, createTokenRequestSchema } from "@yardarm/protocol/api/tokens";
import { ProtocolError } from "@yardarm/protocol/errors";
import { type ApiTokenId, asId, type InvitationId, type ProjectId, type UserId } from "@yardarm/protocol/ids";
import { MOCK_PERMISSIONS } from "./mock-permissions.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** The people of the mock hub's organization: members, invitations, API tokens. Kept, and checked for what the pages show. */

const DAY_MS = 24 * 60 * 60_000;
const iso = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString();
const id = (prefix: string): string => `${prefix}_${randomBytes(10).toString("hex")}`;
const list = (items: readonly unknown[]): Answer => ({ status: 200, body: { items, nextCursor: null } });
const NOTHING: Answer = { status: 204 };

export const EDGE_PROJECT: ProjectId = asId("prj_00000000000000000001");

/** What the links of the invitation page offer, by their secret. */
const OFFERS: Readonly<Record<string, Partial<InvitationOffer>>> = {
  fresh: {},
  known: { hasAccount: true },
  own: { email: "owner@example.com", hasAccount: true, role: "operator", orgName: "Other Ltd" },
};

export class MockPeople {
  readonly #members: Member[];
  readonly #invitations: Invitation[] = [];
  readonly #tokens: ApiToken[] = [];

  constructor(own: { readonly userId: UserId; readonly name: string; readonly email: string; readonly role: Role }) {
    const other = (index: number, name: string, role: Role, projects: ProjectId[] | null = null): Member => ({
      userId: asId<UserId>(`usr_0000000000000000000${index}`),
      name,
      email: `${name.split(" ")[0]?.toLowerCase()}@example.com`,
      ...{ role, projects, joinedAt: iso(-40 * DAY_MS), self: false },
    });
    this.#members = [
      { ...own, projects: null, joinedAt: iso(-90 * DAY_MS), self: true },
      ...(own.role === "owner" ? [] : [other(4, "Otto Other", "owner")]),
      other(1, "Adam Admin", "admin"),
      other(2, "Opal Operator", "operator", [EDGE_PROJECT]),
      other(3, "Vera Viewer", "viewer"),
    ];
    this.#invitations.push({
      invitationId: asId<InvitationId>(id("inv")),
      email: "nina@example.com",
      role: "operator",
      projects: [EDGE_PROJECT],
      invitedBy: own.name,
      createdAt: iso(-DAY_MS),
      expiresAt: iso(6 * DAY_MS),
    });
    const token = (name: string, scopes: string[], fields: Partial<ApiToken>): ApiToken => ({
      tokenId: asId<ApiTokenId>(id("tok")),
      ...{ name, scopes, userId: own.userId, createdBy: own.name, createdAt: iso(-20 * DAY_MS) },
      ...{ expiresAt: iso(70 * DAY_MS), lastUsedAt: iso(-240_000), lastUsedFrom: "192.0.2.8" },
      ...fields,
    });
    this.#tokens.push(
      token("dashboard", ["fleet.read", "metrics.read"], {}),
      token("nightly restart", ["container.restart", "fleet.read"], {
        userId: asId<UserId>("usr_00000000000000000001"),
        createdBy: "Adam Admin",
        lastUsedAt: null,
        lastUsedFrom: null,
      }),
    );
  }

  /** What needs no session; `null` for what is not its business. */
  static answerAnybody({ method, path, body }: MockRequest): Answer | null {
    if (method === "POST" && path === "/api/auth/forgot-password") return { status: 202 };
    if (method === "POST" && path === "/api/auth/reset-password") {
      if ((body as { readonly resetToken?: string }).resetToken === "spent") {
        throw new ProtocolError("token_invalid", "This link is unknown or was used.");
      }
      return NOTHING;
    }
    if (method === "POST" && path === "/api/invitations/look") {
      const { invitationToken } = lookAtInvitationRequestSchema.parse(body);
      if (invitationToken === "late") throw new ProtocolError("token_expired", "This invitation has expired.");
      const offer = OFFERS[invitationToken];
      if (offer === undefined) throw new ProtocolError("token_invalid", "This invitation is unknown.");
      const standard = { orgName: "Example Ltd", email: "vera@example.com", role: "viewer", hasAccount: false };
      return { status: 200, body: { ...standard, invitedBy: "Olga Owner", expiresAt: iso(6 * DAY_MS), ...offer } };
    }
    return null;
  }

  /** `demand` throws for what the role does not allow. `null` for what is not its business. */
  answer(request: MockRequest, demand: (permission: string) => void): Answer | null {
    const { method, path, body } = request;
    const [, , collection = "", item = ""] = path.split("/");
    switch (collection) {
      case "permissions":
        return list(MOCK_PERMISSIONS);
      case "members":
        if (item === "") return list(this.#members);
        demand("member.manage");
        return method === "PATCH" ? this.#changeMember(item, body) : NOTHING;
      case "invitations":
        demand("member.manage");
        if (method === "GET") return list(this.#invitations);
        return method === "POST" ? this.#invite(body) : remove(this.#invitations, (one) => one.invitationId === item);
      case "tokens":
        if (method === "GET") return list(this.#tokens);
        return method === "POST" ? this.#makeToken(body) : remove(this.#tokens, (one) => one.tokenId === item);
      default:
        return null;
    }
  }

  #changeMember(userId: string, body: unknown): Answer {
    const { role, projects } = changeMemberRequestSchema.parse(body);
    const at = this.#members.findIndex((member) => member.userId === userId);
    const member = this.#members[at];
    if (member === undefined) throw new ProtocolError("not_found", "There is no such member.");
    const changed = { ...member, role: role ?? member.role, projects: projects ?? null };
    this.#members[at] = changed;
    return { status: 200, body: changed };
  }

  #invite(body: unknown): Answer {
    const { email, role, projects } = createInvitationRequestSchema.parse(body);
    if (this.#members.some((member) => member.email === email)) {
      throw new ProtocolError("conflict", "This person is a member already.");
    }
    const invitation: Invitation = {
      invitationId: asId<InvitationId>(id("inv")),
      ...{ email, role, projects, invitedBy: "Olga Owner", createdAt: iso(0), expiresAt: iso(7 * DAY_MS) },
    };
    this.#invitations.push(invitation);
    const secret = randomBytes(32).toString("base64url");
    return { status: 201, body: { invitation, link: `http://127.0.0.1:8080/join#invitation=${secret}`, mail: "sent" } };
  }

  #makeToken(body: unknown): Answer {
    const { name, scopes, days } = createTokenRequestSchema.parse(body);
    const token: ApiToken = {
      tokenId: asId<ApiTokenId>(id("tok")),
      ...{ name, scopes, userId: asId<UserId>("usr_00000000000000000000"), createdBy: "Olga Owner" },
      ...{ createdAt: iso(0), expiresAt: iso(days * DAY_MS), lastUsedAt: null, lastUsedFrom: null },
    };
    this.#tokens.push(token);
    return { status: 201, body: { token, secret: `yrd_${"example".repeat(9).slice(0, 59)}` } };
  }
}

const remove = <Item>(items: Item[], matches: (item: Item) => boolean): Answer => {
  const at = items.findIndex(matches);
  if (at === -1) throw new ProtocolError("not_found", "There is no such thing.");
  items.splice(at, 1);
  return NOTHING;
};
