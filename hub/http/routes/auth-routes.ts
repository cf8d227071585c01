import {
  meSchema,
  sessionViewSchema,
  setupStateSchema,
  signInRequestSchema,
  signUpRequestSchema,
} from "@yardarm/protocol/api/auth";
import { listSchema } from "@yardarm/protocol/api/list";
import type { OrgId, SessionId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Actor } from "../../auth/can.ts";
import type { SessionCookie } from "../../auth/cookies.ts";
import type { FirstRun } from "../../auth/first-run.ts";
import type { Permission } from "../../auth/permissions.ts";
import type { Client, Sessions } from "../../auth/sessions.ts";
import type { SignIn } from "../../auth/sign-in.ts";
import type { Tickets } from "../../auth/tickets.ts";
import type { Storage } from "../../storage/storage.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation, type RequestInfo } from "../operation.ts";

export type AuthRouteOptions = {
  readonly version: string;
  readonly cookie: SessionCookie;
  readonly firstRun: FirstRun;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  readonly storage: Storage;
  readonly permissionsHeldBy: (actor: Actor) => readonly Permission[];
  /** The lifetime of a new session's cookie. */
  readonly sessionMs: number;
  /** Told of every attempt to sign in, for counting. */
  readonly attempted: (outcome: "accepted" | "refused") => void;
  /** Called once the first owner has claimed the hub. */
  readonly claimed: (orgId: OrgId) => void;
};

const clientOf = (request: RequestInfo): Client => ({
  address: request.address,
  userAgent: request.headers.get("user-agent") ?? "",
});

const ofOrg = (actor: Actor) => ({ orgId: actor.orgId });

/** First run, sign-in and one's own sessions. */
export const authRoutes = (options: AuthRouteOptions): readonly Operation[] => {
  const { cookie, firstRun, signIn, sessions, tickets } = options;
  const signedIn = (token: string): Response =>
    new Response(null, { status: 204, headers: { "set-cookie": cookie.write(token, options.sessionMs) } });

  return [
    publicOperation({
      method: "GET",
      path: "/api/setup",
      summary: "Whether the hub has an owner yet",
      public: "the first page has to know what to show",
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: setupStateSchema,
      handle: async () => ({
        status: 200,
        body: {
          claimed: await firstRun.isClaimed(),
          openSignUp: false,
          insecureTransport: cookie.isInsecure,
          version: options.version,
        },
      }),
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/sign-up",
      summary: "Claim a fresh hub with its setup token",
      public: "nobody can be signed in before",
      params: NOTHING,
      query: NOTHING,
      body: signUpRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        const { session, orgId } = await firstRun.claim(body, clientOf(request));
        options.claimed(orgId);
        return signedIn(session.token);
      },
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/sign-in",
      summary: "Sign in with e-mail and password",
      public: "it is how one signs in",
      params: NOTHING,
      query: NOTHING,
      body: signInRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        let outcome: "accepted" | "refused" = "refused";
        try {
          const { token } = await signIn.signIn(body, clientOf(request));
          outcome = "accepted";
          return signedIn(token);
        } finally {
          options.attempted(outcome);
        }
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/auth/sign-out",
      summary: "End this session",
      permission: "session.self",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: z.strictObject({}).optional(),
      response: null,
      handle: async ({ actor, request }) => {
        await signIn.signOut(actor, clientOf(request));
        return new Response(null, { status: 204, headers: { "set-cookie": cookie.clear() } });
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/me",
      summary: "Who is signed in, and what they may do",
      permission: "session.self",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: meSchema,
      handle: async ({ actor }) => ({
        status: 200,
        body: {
          userId: actor.userId,
          sessionId: actor.sessionId,
          name: actor.name,
          email: actor.email,
          activeOrgId: actor.orgId,
          orgs: await options.storage.system.orgs.listOf(actor.userId),
          projects: actor.projects,
          instanceAdmin: actor.isInstanceAdmin === true,
          permissions: options.permissionsHeldBy(actor),
        },
      }),
    }),
    guardedOperation({
      method: "GET",
      path: "/api/sessions",
      summary: "One's own sessions",
      permission: "session.self",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: listSchema(sessionViewSchema),
      handle: async ({ actor }) => ({ status: 200, body: { items: await sessions.list(actor), nextCursor: null } }),
    }),
    guardedOperation({
      method: "DELETE",
      path: "/api/sessions/:sessionId",
      summary: "End one of one's own sessions",
      permission: "session.self",
      resource: ofOrg,
      params: z.object({ sessionId: idSchema<SessionId>() }),
      query: NOTHING,
      body: NO_BODY,
      response: null,
      handle: async ({ actor, params }) => {
        await sessions.revoke(actor.userId, params.sessionId);
        return new Response(null, { status: 204 });
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/ws-ticket",
      summary: "A single-use ticket (30 s) for a WebSocket that cannot send the cookie",
      permission: "session.self",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: z.strictObject({}).optional(),
      response: z.object({ ticket: z.string(), expiresAt: z.string() }),
      handle: async ({ actor }) => {
        const { ticket, expiresAtMs } = await tickets.issue(actor);
        return { status: 201, body: { ticket, expiresAt: new Date(expiresAtMs).toISOString() } };
      },
    }),
  ];
};
