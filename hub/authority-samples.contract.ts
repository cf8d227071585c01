import type { AuthorityWorld, Caller, Ids } from "@yardarm/testkit/authority-world";

/**
 * How each operation is asked in `authority.contract.ts`. A new route needs its row here; the test says which is
 * missing. What is not listed follows from the operation itself: its permission, and ids for its parameters.
 */
export type Sample = {
  /** What the permission is asked on: something inside a project, the org as a whole, or the caller alone. */
  readonly on: "project" | "org";
  /** Which one is asked here, where the operation has several. */
  readonly permission?: string;
  /** What the call uses up, made anew for each. */
  readonly fresh?: (world: AuthorityWorld, ids: Ids, caller: Caller) => Promise<Partial<Ids>>;
  readonly query?: (ids: Ids) => string;
  /** A code with which a call that is allowed may be answered although it reads like a refusal. */
  readonly mayAnswer?: string;
  readonly body?: (ids: Ids, world: AuthorityWorld, caller: Caller) => unknown;
  /** Puts back what the call took from the caller. */
  readonly after?: (world: AuthorityWorld, caller: Caller) => Promise<void>;
};

const PASSWORD = "correct horse battery staple";

const onProject: Sample = { on: "project" };
const onOrg: Sample = { on: "org" };
const freshHost: Sample["fresh"] = async (world, { projectId }) => ({ hostId: await world.freshHost(projectId) });
const freshMember: Sample["fresh"] = async (world) => ({ userId: await world.freshMember("viewer") });

export const SAMPLES: Readonly<Record<string, Sample>> = {
  "GET /api/setup": onOrg,
  "POST /api/auth/sign-up": {
    on: "org",
    body: () => ({ setupToken: "x", name: "N", email: "n@example.com", password: PASSWORD, orgName: "O" }),
  },
  "POST /api/auth/sign-in": { on: "org", body: () => ({ email: "narrowed-maker@example.com", password: PASSWORD }) },
  // No mail is configured here; `mail.test.ts` has it.
  "POST /api/auth/forgot-password": { on: "org", body: () => ({ email: "n@example.com" }) },
  "POST /api/auth/reset-password": { on: "org", body: () => ({ resetToken: "x", newPassword: PASSWORD }) },
  "POST /api/auth/password": {
    on: "org",
    body: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD, endOtherSessions: false }),
    after: (world, caller) => world.cheapenPassword(caller),
  },
  "POST /api/auth/sign-out": { on: "org", body: () => ({}), after: (world, caller) => world.signInAgain(caller) },
  "POST /api/auth/second-factor": { on: "org", body: () => ({ token: "x", code: "000000" }) },
  "GET /api/auth/factors": onOrg,
  // What was begun is taken away again, because nothing else about the person shall change.
  "POST /api/auth/totp": {
    on: "org",
    body: () => ({ password: PASSWORD }),
    after: async (world, { userId }) => {
      if (userId !== null) await world.storage.system.secondFactors.remove(userId);
    },
  },
  // Nothing was begun or is on: allowed to ask, and a conflict.
  "POST /api/auth/totp/confirm": { on: "org", body: () => ({ code: "000000" }) },
  "POST /api/auth/totp/remove": { on: "org", body: () => ({ password: PASSWORD }) },
  "POST /api/auth/recovery-codes": { on: "org", body: () => ({ password: PASSWORD }) },
  "POST /api/auth/passkey/challenge": onOrg,
  "POST /api/auth/passkey": {
    on: "org",
    body: () => ({
      credential: {
        ...{ id: "AA", rawId: "AA", type: "public-key" },
        response: { clientDataJSON: "AA", authenticatorData: "AA", signature: "AA" },
      },
    }),
  },
  "POST /api/auth/passkeys/challenge": { on: "org", body: () => ({ password: PASSWORD }) },
  // An answer to no challenge: allowed to ask, and not believed.
  "POST /api/auth/passkeys": {
    on: "org",
    mayAnswer: "unauthenticated",
    body: () => ({
      name: "key",
      credential: {
        ...{ id: "AA", rawId: "AA", type: "public-key" },
        response: { clientDataJSON: "AA", attestationObject: "AA" },
      },
    }),
  },
  "PATCH /api/auth/passkeys/:passkeyId": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({ passkeyId: await world.freshPasskey(userId ?? ids.userId) }),
    body: () => ({ name: "key" }),
  },
  "POST /api/auth/passkeys/:passkeyId/remove": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({ passkeyId: await world.freshPasskey(userId ?? ids.userId) }),
    body: () => ({ password: PASSWORD }),
  },
  // No provider is configured here; `identities.test.ts` has one.
  "POST /api/auth/oidc": { on: "org", mayAnswer: "not_found", body: () => ({}) },
  "GET /api/auth/oidc/callback": onOrg,
  "POST /api/auth/oidc/link": { on: "org", mayAnswer: "not_found", body: () => ({ password: PASSWORD }) },
  "POST /api/auth/identities/:identityId/remove": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({ identityId: await world.freshIdentity(userId ?? ids.userId) }),
    body: () => ({ password: PASSWORD }),
  },
  "GET /api/me": onOrg,
  "PATCH /api/me": { on: "org", body: () => ({ name: "Somebody" }) },
  "GET /api/permissions": onOrg,
  "GET /api/sessions": onOrg,
  "DELETE /api/sessions/:sessionId": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({
      sessionId: (await world.freshSession(userId ?? ids.userId)).sessionId,
    }),
  },
  "POST /api/ws-ticket": { on: "org", body: () => ({}) },
  "GET /api/openapi.json": onOrg,

  "GET /api/orgs": onOrg,
  "POST /api/orgs": { on: "org", body: () => ({ name: "Another" }) },
  "POST /api/orgs/switch": { on: "org", body: ({ orgId }) => ({ orgId }) },
  "PATCH /api/orgs/:orgId": { on: "org", body: () => ({ name: "Renamed" }) },

  "GET /api/projects": onOrg,
  "POST /api/projects": { on: "org", body: () => ({ name: `Project ${Math.random()}` }) },
  "PATCH /api/projects/:projectId": {
    on: "org",
    fresh: async (world) => ({ projectId: await world.freshProject() }),
    body: () => ({ name: `Project ${Math.random()}` }),
  },
  "DELETE /api/projects/:projectId": {
    on: "org",
    fresh: async (world) => ({ projectId: await world.freshProject() }),
  },
  "POST /api/projects/:projectId/hosts": { on: "project", body: ({ hostId }) => ({ hostId }) },

  "GET /api/members": onOrg,
  "PATCH /api/members/:userId": { on: "org", fresh: freshMember, body: () => ({ role: "viewer" }) },
  "DELETE /api/members/:userId": { on: "org", fresh: freshMember },
  "POST /api/members/leave": { on: "org", body: () => ({}), after: (world, caller) => world.joinAgain(caller) },
  // To oneself: allowed to ask, and a conflict.
  "POST /api/members/transfer": { on: "org", body: (ids, _world, { userId }) => ({ userId: userId ?? ids.userId }) },

  "GET /api/invitations": onOrg,
  "POST /api/invitations": {
    on: "org",
    body: () => ({ email: `i${Math.floor(Math.random() * 1e9)}@example.com`, role: "viewer" }),
  },
  "DELETE /api/invitations/:invitationId": {
    on: "org",
    fresh: async (world) => ({ invitationId: (await world.freshInvitation("A")).invitationId }),
  },
  // An unknown secret: allowed to ask, and `token_invalid`.
  "POST /api/invitations/accept": { on: "org", body: () => ({ invitationToken: "x" }) },
  "POST /api/invitations/look": { on: "org", body: () => ({ invitationToken: "x" }) },
  "POST /api/invitations/join": { on: "org", body: () => ({ invitationToken: "x", password: PASSWORD }) },

  "GET /api/tokens": onOrg,
  "POST /api/tokens": {
    on: "org",
    body: () => ({ name: "T", scopes: ["fleet.read"], days: 1 }),
    after: (world, caller) => world.dropTokens(caller, "T"),
  },
  "DELETE /api/tokens/:tokenId": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({ tokenId: await world.freshToken(userId ?? ids.userId) }),
    after: (world, caller) => world.dropTokens(caller, "fresh"),
  },

  "GET /api/views": onOrg,
  "POST /api/views": { on: "org", body: () => ({ name: "V", query: "" }) },
  "DELETE /api/views/:viewId": {
    on: "org",
    fresh: async (world, ids, { userId }) => ({ viewId: await world.freshView(userId ?? ids.userId) }),
  },
  "GET /api/audit": onOrg,
  "GET /api/audit/export": onOrg,
  "GET /api/audit/verify": onOrg,
  "GET /api/retention": onOrg,
  "PATCH /api/retention": { on: "org", body: () => ({ days: 30 }) },

  "GET /api/hosts": onOrg,
  "POST /api/hosts": { on: "org", body: ({ projectId }) => ({ name: "web", projectId }) },
  "POST /api/hosts/:hostId/join-token": { on: "project", body: () => ({}) },
  // No agent waits, and none is connected: allowed to ask, and a conflict or an offline agent.
  "POST /api/hosts/:hostId/approve": { on: "project", body: () => ({ keyFingerprint: "0000" }) },
  "POST /api/hosts/:hostId/refuse": { on: "project", body: () => ({ keyFingerprint: "0000" }) },
  "POST /api/hosts/:hostId/rotate-key": { on: "project", body: () => ({}) },
  "GET /api/hosts/:hostId": onProject,
  "PATCH /api/hosts/:hostId": { on: "project", body: () => ({ name: "web" }) },
  "DELETE /api/hosts/:hostId": { on: "project", fresh: freshHost },
  "POST /api/agent/enroll": {
    on: "org",
    body: () => ({ payload: "{}", seedSignature: "A".repeat(86), agentSignature: "A".repeat(86) }),
  },

  "GET /api/containers": { on: "org", query: ({ hostId }) => `host=${hostId}` },
  "GET /api/containers/:containerId": onProject,
  "GET /api/containers/:containerId/metrics": onProject,
  "GET /api/containers/:containerId/logs": onProject,
  "GET /api/containers/:containerId/logs/histogram": onProject,
  "GET /api/containers/:containerId/logs/older": onProject,
  "GET /api/containers/:containerId/logs/context": { on: "project", query: () => "seq=0" },
  // Nothing is stored, which has the same code as something that is not there.
  "GET /api/containers/:containerId/logs/position": { on: "project", query: () => "ts=0", mayAnswer: "not_found" },
  "GET /api/containers/:containerId/logs/range": onProject,
  "GET /api/logs/search": { on: "org", query: ({ hostId }) => `host=${hostId}` },
  "GET /api/logs/download": { on: "org", query: ({ hostId }) => `host=${hostId}` },
  "GET /api/logs/download/plan": { on: "org", query: ({ hostId }) => `host=${hostId}` },
  "POST /api/containers/:containerId/actions": {
    on: "project",
    permission: "container.stop",
    body: () => ({ action: "STOP", reason: "test" }),
  },
  "GET /api/actions": { on: "org", query: ({ hostId }) => `host=${hostId}` },
  "GET /api/actions/:actionId": onProject,
  // What there is of others is not compared here: every plan has a name of its own.
  "POST /api/actions/plan": { on: "org", body: () => ({ action: "STOP", filter: { q: "no such container" } }) },
  "POST /api/actions/bulk": {
    on: "org",
    fresh: async (world, _ids, caller) => ({ bulkId: await world.freshPlan(caller) }),
    body: ({ bulkId }) => ({ planId: bulkId, reason: "test" }),
  },
  "GET /api/actions/bulk/:bulkId": onOrg,

  "GET /api/protection-rules": onOrg,
  "POST /api/protection-rules": { on: "org", body: () => ({ match: { name: "no-such-*" } }) },
  "POST /api/protection-rules/preview": { on: "org", body: ({ projectId }) => ({ match: { projectId } }) },
  "PATCH /api/protection-rules/:ruleId": { on: "org", body: () => ({ note: "changed" }) },
  "DELETE /api/protection-rules/:ruleId": {
    on: "org",
    fresh: async (world) => ({ ruleId: await world.freshRule() }),
  },
};
