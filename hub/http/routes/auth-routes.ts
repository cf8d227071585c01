import {
  changePasswordRequestSchema,
  forgottenPasswordRequestSchema,
  meSchema,
  renameMeRequestSchema,
  resetPasswordRequestSchema,
  sessionViewSchema,
  setupStateSchema,
  signInRequestSchema,
  signUpRequestSchema,
} from "@yardarm/protocol/api/auth";
import { listSchema } from "@yardarm/protocol/api/list";
import { type PermissionRow, permissionRowSchema } from "@yardarm/protocol/api/permissions";
import { secondFactorNeededSchema } from "@yardarm/protocol/api/second-factors";
import type { OrgId, SessionId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Accounts } from "../../auth/account/accounts.ts";
import type { FirstRun } from "../../auth/account/first-run.ts";
import type { Actor } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { ForgottenPassword } from "../../auth/password/forgotten-password.ts";
import type { SessionCookie } from "../../auth/request/cookies.ts";
import type { Sessions } from "../../auth/session/sessions.ts";
import type { Tickets } from "../../auth/session/tickets.ts";
import type { SignIn } from "../../auth/sign-in/sign-in.ts";
import type { Storage } from "../../storage/storage.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation } from "../operation.ts";
import { clientOf, noContent, ofOrg, requesterOf } from "./requester.ts";
import { admissionReply } from "./sign-in-steps.ts";

export type AuthRouteOptions = {
  readonly version: string;
  /** Under which name browsers have passkeys; `null`: they have none. */
  readonly passkeyHost: () => string | null;
  /** The configured sign-in provider's name. */
  readonly oidcName: string | null;
  readonly cookie: SessionCookie;
  readonly firstRun: FirstRun;
  readonly accounts: Accounts;
  readonly forgottenPassword: ForgottenPassword;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  readonly storage: Storage;
  /** The operator lets every person create organizations. */
  readonly anybodyCreatesOrgs: boolean;
  readonly permissionsHeldBy: (actor: Actor) => readonly Permission[];
  readonly permissionRows: () => readonly PermissionRow[];
  /** The answer that gives the caller a session's cookie. */
  readonly signedIn: (token: string) => Response;
  /** Told of every attempt to sign in, for counting. */
  readonly attempted: (outcome: "accepted" | "refused") => void;
  /** Called once the first owner has claimed the hub. */
  readonly claimed: (orgId: OrgId) => void;
};

/** First run, sign-in and one's own sessions. */
export const authRoutes = (options: AuthRouteOptions): readonly Operation[] => {
  const { cookie, firstRun, accounts, signIn, sessions, tickets, signedIn } = options;

  /** What the operator lets everybody do counts as held, so that nobody is shown a button that is off for no reason. */
  const permissionsOf = (actor: Actor): readonly Permission[] => {
    const held = options.permissionsHeldBy(actor);
    const mayCreate = options.anybodyCreatesOrgs && held.includes("account.manage");
    return mayCreate && !held.includes("org.create") ? [...held, "org.create"] : held;
  };

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
          openSignUp: accounts.isOpen,
          insecureTransport: cookie.isInsecure,
          passkeyHost: options.passkeyHost(),
          oidcName: options.oidcName,
          sendsMail: options.forgottenPassword.isOffered,
          version: options.version,
        },
      }),
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/sign-up",
      summary: "Claim a fresh hub with its setup token, or sign up where the operator lets anybody",
      public: "nobody can be signed in before",
      params: NOTHING,
      query: NOTHING,
      body: signUpRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        const { setupToken, ...person } = body;
        if (setupToken === undefined && (await firstRun.isClaimed())) {
          return signedIn((await accounts.signUp(person, clientOf(request))).token);
        }
        const { session, orgId } = await firstRun.claim(body, clientOf(request));
        options.claimed(orgId);
        return signedIn(session.token);
      },
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/sign-in",
      summary: "Sign in with e-mail and password: 204 with a session, or 200 with the token of the second step",
      public: "it is how one signs in",
      params: NOTHING,
      query: NOTHING,
      body: signInRequestSchema,
      response: secondFactorNeededSchema,
      handle: async ({ body, request }) => {
        let outcome: "accepted" | "refused" = "refused";
        try {
          const admission = await signIn.signIn(body, clientOf(request));
          outcome = "accepted";
          return admissionReply(admission, signedIn);
        } finally {
          options.attempted(outcome);
        }
      },
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/forgot-password",
      summary: "Have a link mailed with which one sets a new password; answered alike whether there is an account",
      public: "whoever forgot the password cannot sign in",
      params: NOTHING,
      query: NOTHING,
      body: forgottenPasswordRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        await options.forgottenPassword.ask(body.email, request.address);
        return new Response(null, { status: 202 });
      },
    }),
    publicOperation({
      method: "POST",
      path: "/api/auth/reset-password",
      summary: "Set a new password with a one-time link; every session of the person ends",
      public: "whoever forgot the password cannot sign in, and the secret of the link is the proof",
      params: NOTHING,
      query: NOTHING,
      body: resetPasswordRequestSchema,
      response: null,
      handle: async ({ body, request }) => {
        await accounts.resetPassword(body, request.address);
        return noContent();
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/auth/password",
      summary: "Change one's password, and end the other sessions if asked to",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: changePasswordRequestSchema,
      response: null,
      handle: async ({ actor, body, request }) =>
        signedIn(await accounts.changePassword(requesterOf(actor, request), body)),
    }),
    guardedOperation({
      method: "GET",
      path: "/api/permissions",
      summary: "Every permission: which roles include it, what projects and API tokens make of it",
      permission: "session.self",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: listSchema(permissionRowSchema),
      handle: async () => ({ status: 200, body: { items: options.permissionRows(), nextCursor: null } }),
    }),
    guardedOperation({
      method: "POST",
      path: "/api/auth/sign-out",
      summary: "End this session",
      permission: "account.manage",
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
          permissions: permissionsOf(actor),
        },
      }),
    }),
    guardedOperation({
      method: "PATCH",
      path: "/api/me",
      summary: "Change one's own name",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: renameMeRequestSchema,
      response: null,
      handle: async ({ actor, body, request }) => {
        await accounts.rename(requesterOf(actor, request), body.name);
        return noContent();
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/sessions",
      summary: "One's own sessions",
      permission: "account.manage",
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
      summary: "End one of one's own sessions; what it has open closes at once",
      permission: "account.manage",
      resource: ofOrg,
      params: z.object({ sessionId: idSchema<SessionId>() }),
      query: NOTHING,
      body: NO_BODY,
      response: null,
      handle: async ({ actor, params, request }) => {
        await signIn.revoke(requesterOf(actor, request), params.sessionId);
        return noContent();
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
