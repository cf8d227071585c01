// Above 300 lines: one of everything that a permission can be about, for the matrix and the isolation test.
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { Actor } from "@yardarm/hub/auth/authority/can";
import { TOKEN_SCOPES } from "@yardarm/hub/auth/authority/permissions";
import { newId } from "@yardarm/hub/auth/crypto/new-id";
import { Passwords } from "@yardarm/hub/auth/password/password";
import { createSessionCookie } from "@yardarm/hub/auth/request/cookies";
import { parseConfig } from "@yardarm/hub/config";
import { type RunningHub, runHub } from "@yardarm/hub/main";
import { openPeople, type People } from "@yardarm/hub/open-people";
import { openSqliteStorage } from "@yardarm/hub/storage/sqlite/open-sqlite";
import type { OrgStorage, Storage } from "@yardarm/hub/storage/storage";
import type { Role } from "@yardarm/protocol/api/auth";
import type { BulkAction } from "@yardarm/protocol/api/bulk-actions";
import {
  type ActionId,
  type ApiTokenId,
  asId,
  type BulkId,
  type ContainerId,
  type HostId,
  type IdentityId,
  type InvitationId,
  type OrgId,
  type PasskeyId,
  type ProjectId,
  type ProtectionRuleId,
  type SessionId,
  type UserId,
  type ViewId,
} from "@yardarm/protocol/ids";
import { CHEAP } from "./hub-core.ts";
import { reportedContainer } from "./sample-container.ts";
import { makeMemoryDir } from "./temp-dir.ts";

/** What an address or a body can name. */
export type Ids = {
  readonly orgId: OrgId;
  readonly projectId: ProjectId;
  readonly hostId: HostId;
  readonly containerId: ContainerId;
  readonly actionId: ActionId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly invitationId: InvitationId;
  readonly tokenId: ApiTokenId;
  readonly viewId: ViewId;
  readonly passkeyId: PasskeyId;
  readonly identityId: IdentityId;
  readonly ruleId: ProtectionRuleId;
  readonly bulkId: BulkId;
};

/** Prefixes of ids, to make up ones that nobody has. */
const PREFIXES: Readonly<Record<keyof Ids, string>> = {
  orgId: "org",
  projectId: "prj",
  hostId: "hst",
  containerId: "ctr",
  actionId: "act",
  userId: "usr",
  sessionId: "ses",
  invitationId: "inv",
  tokenId: "tok",
  viewId: "viw",
  passkeyId: "pky",
  identityId: "idy",
  ruleId: "rul",
  bulkId: "blk",
};

/** Somebody at the door, and what the permission table has to know of them. */
export type Caller = {
  readonly name: string;
  readonly kind: "nobody" | "revoked" | "person" | "token" | "stranger";
  readonly userId: UserId | null;
  readonly email: string;
  readonly role: Role;
  readonly isNarrowed: boolean;
  readonly isInstanceAdmin: boolean;
  readonly scopes: readonly string[] | null;
  /** As sent with every request; a cookie that the hub replaces is replaced here. */
  headers: Readonly<Record<string, string>>;
};

export type Answer = {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
};

const PASSWORD = "correct horse battery staple";
const OWNER = { email: "owner@example.com", password: PASSWORD };
const client = { address: "127.0.0.1", userAgent: "authority" };
const cookieName = createSessionCookie(null).name;
const cookieOf = (token: string) => ({ cookie: `${cookieName}=${token}` });

export interface AuthorityWorldOptions {
  /** Opens the database that `env` makes the hub use, for the tests' own hands; by default both are SQLite. */
  readonly openStorage?: (dataDirectory: string) => Promise<Storage>;
  /** More of the hub's configuration. */
  readonly env?: Readonly<Record<string, string>>;
}

const openSqlite = (dataDirectory: string): Promise<Storage> => openSqliteStorage({ dataDirectory });

/** A running hub with two orgs full of everything, and everybody who could stand before it. */
export class AuthorityWorld implements AsyncDisposable {
  readonly hub: RunningHub;
  readonly dataDirectory: string;
  readonly people: People;
  readonly storage: Storage;
  readonly callers: readonly Caller[];
  /** By place: our first project, our second one, and another org. */
  readonly places: Readonly<Record<"P1" | "P2" | "B", Ids>>;
  readonly owner: Caller;
  readonly strangerActor: Actor;
  readonly ownerActor: Actor;
  /** Of everybody's password; cheap to check. */
  readonly passwordHash: string;
  readonly #close: () => Promise<void>;
  #count = 0;

  private constructor(
    parts: Seeded & {
      readonly hub: RunningHub;
      readonly dataDirectory: string;
      readonly close: () => Promise<void>;
    },
  ) {
    this.hub = parts.hub;
    this.dataDirectory = parts.dataDirectory;
    this.people = parts.people;
    this.storage = parts.storage;
    this.callers = parts.callers;
    this.places = parts.places;
    this.owner = parts.owner;
    this.ownerActor = parts.ownerActor;
    this.strangerActor = parts.strangerActor;
    this.passwordHash = parts.passwordHash;
    this.#close = parts.close;
  }

  static async open({ openStorage = openSqlite, env = {} }: AuthorityWorldOptions = {}): Promise<AuthorityWorld> {
    await using undo = new AsyncDisposableStack();
    const directory = await makeMemoryDir("authority");
    undo.defer(() => directory.remove());
    const storage = await openStorage(directory.path);
    undo.defer(() => storage.close());
    const seeded = await seed(storage, path.join(directory.path, "hub-key.json"));
    const config = parseConfig(
      { YARDARM_DATA: directory.path, YARDARM_PORT: "0", YARDARM_LOG_LEVEL: "silent", ...env },
      [],
    );
    if (!config.ok) throw new Error(config.problems.join(" "));
    const hub = await runHub(config.config);
    undo.defer(() => hub.stop());
    const owned = undo.move();
    return new AuthorityWorld({ ...seeded, hub, dataDirectory: directory.path, close: () => owned.disposeAsync() });
  }

  /** One request as one caller. A session's cookie that comes back replaces the caller's own. */
  async ask(
    caller: Caller,
    request: { readonly method: string; readonly path: string; readonly body?: unknown; readonly headers?: object },
  ): Promise<Answer> {
    const response = await fetch(`${this.hub.url}${request.path}`, {
      method: request.method,
      headers: { ...caller.headers, "content-type": "application/json", ...request.headers },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const text = await response.text();
    const [cookie] = response.headers.getSetCookie();
    const token = /^[^=]+=([^;]+);/.exec(cookie ?? "")?.[1];
    const isOwnCookie = caller.kind === "person" && request.path !== "/api/auth/sign-in";
    if (token !== undefined && isOwnCookie) caller.headers = cookieOf(token);
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const body = isJson ? (JSON.parse(text) as Answer["body"]) : {};
    return { status: response.status, code: typeof body.code === "string" ? body.code : null, text, body };
  }

  /** Ids of the right form that nobody has. */
  unknownIds(): Ids {
    return Object.fromEntries(
      Object.entries(PREFIXES).map(([name, prefix]) => [name, newId(prefix)]),
    ) as unknown as Ids;
  }

  async freshMember(role: Role, projects: readonly ProjectId[] | null = null): Promise<UserId> {
    this.#count += 1;
    const { userId } = await makeUser(this.storage, `fresh${this.#count}`, "unused");
    const createdAtMs = Date.now();
    await this.storage.org(this.ownerActor.orgId).members.add({ userId, role, projects, createdAtMs });
    return userId;
  }

  /** An invitation into one of the two orgs. */
  async freshInvitation(
    into: "A" | "B",
    email: string = this.#freshEmail(),
    role: Role = "viewer",
  ): Promise<{ readonly invitationId: InvitationId; readonly secret: string }> {
    const actor = into === "A" ? this.ownerActor : this.strangerActor;
    const { invitation, secret } = await this.people.invitations.create(
      { actor, address: client.address },
      { email, role, projects: null },
    );
    return { invitationId: invitation.invitationId, secret };
  }

  #freshEmail(): string {
    this.#count += 1;
    return `guest${this.#count}@example.com`;
  }

  async freshProject(): Promise<ProjectId> {
    this.#count += 1;
    const projectId = newId<ProjectId>("prj");
    const project = { projectId, name: `fresh ${this.#count}`, createdAtMs: Date.now() };
    await this.storage.org(this.ownerActor.orgId).projects.create(project);
    return projectId;
  }

  /** A host in a project, shown by the running hub. */
  async freshHost(projectId: ProjectId): Promise<HostId> {
    const created = await this.ask(this.owner, { method: "POST", path: "/api/hosts", body: { name: "fresh" } });
    const { hostId } = created.body.host as { readonly hostId: HostId };
    await this.ask(this.owner, { method: "POST", path: `/api/projects/${projectId}/hosts`, body: { hostId } });
    return hostId;
  }

  /** Another session of a person, beside the one that they call with. */
  async freshSession(userId: UserId): Promise<{ readonly sessionId: SessionId; readonly token: string }> {
    return this.people.sessions.create({ userId, orgId: this.ownerActor.orgId }, client);
  }

  /** What a browser with this session's token sends. */
  headersOf(token: string): Readonly<Record<string, string>> {
    return cookieOf(token);
  }

  /** Signs the caller in again after they ended their own session. */
  async signInAgain(caller: Caller): Promise<void> {
    if (caller.kind !== "person" || caller.userId === null) return;
    caller.headers = cookieOf((await this.freshSession(caller.userId)).token);
  }

  /** Makes the caller the member that they were. */
  async joinAgain(caller: Caller): Promise<void> {
    const { members } = this.storage.org(this.ownerActor.orgId);
    if (caller.kind !== "person" || caller.userId === null || (await members.find(caller.userId)) !== undefined) return;
    const projects = caller.isNarrowed ? [this.places.P1.projectId] : null;
    await members.add({ userId: caller.userId, role: caller.role, projects, createdAtMs: Date.now() });
  }

  /** Makes the caller's password as cheap to check as it was before the hub hashed it anew. */
  async cheapenPassword({ userId }: Caller): Promise<void> {
    if (userId !== null) await this.storage.system.users.setPasswordHash(userId, this.passwordHash);
  }

  /** A passkey of which nobody has the key. */
  freshPasskey(userId: UserId): Promise<PasskeyId> {
    return makePasskey(this.storage, userId);
  }

  /** An identity of a provider that does not exist. */
  freshIdentity(userId: UserId): Promise<IdentityId> {
    return makeIdentity(this.storage, userId);
  }

  async freshView(userId: UserId): Promise<ViewId> {
    const viewId = newId<ViewId>("viw");
    const view = { viewId, userId, name: "fresh", query: "", createdAtMs: Date.now(), sharedAtMs: null };
    await this.storage.org(this.ownerActor.orgId).savedViews.create(view);
    return viewId;
  }

  /** Revokes what a call made, so that nobody meets the limit of tokens. */
  async dropTokens({ userId }: Caller, name: string): Promise<void> {
    const { apiTokens } = this.storage.org(this.ownerActor.orgId);
    for (const token of await apiTokens.list(userId)) if (token.name === name) await apiTokens.revoke(token.tokenId);
  }

  /** A rule that protects nothing that there is, made by the running hub. */
  async freshRule(): Promise<ProtectionRuleId> {
    const body = { match: { name: "no-such-*" } };
    return (await this.ask(this.owner, { method: "POST", path: "/api/protection-rules", body })).body
      .ruleId as ProtectionRuleId;
  }

  /** A plan of the caller's own, with nothing in it. */
  async freshPlan(caller: Caller): Promise<BulkId> {
    const body = { action: "STOP", filter: { q: "no such container" } };
    return (await this.ask(caller, { method: "POST", path: "/api/actions/plan", body })).body.planId as BulkId;
  }

  async freshToken(userId: UserId): Promise<ApiTokenId> {
    // Somebody of another org has nothing here.
    const isOurs = userId !== this.strangerActor.userId;
    const actor = isOurs ? { ...this.ownerActor, userId } : this.ownerActor;
    const order = { name: "fresh", scopes: ["fleet.read"], days: 1 };
    return (await this.people.apiTokens.create({ actor, address: client.address }, order)).token.tokenId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

type Seeded = Pick<
  AuthorityWorld,
  "people" | "storage" | "callers" | "places" | "owner" | "ownerActor" | "strangerActor" | "passwordHash"
>;

const makeUser = async (storage: Storage, name: string, passwordHash: string) => {
  const userId = newId<UserId>("usr");
  const email = `${name}@example.com`;
  await storage.system.users.create({ userId, email, name, passwordHash, createdAtMs: Date.now() + 1 });
  return { userId, email };
};

/** One of each thing in a project. */
const fillPlace = async (people: People, storage: Storage, actor: Actor, projectId: ProjectId): Promise<Ids> => {
  const { orgId, userId } = actor;
  const org = storage.org(orgId);
  const hostId = newId<HostId>("hst");
  await org.hosts.create({ hostId, projectId, name: "web", createdAtMs: Date.now() });
  const containerId = newId<ContainerId>("ctr");
  const reported = reportedContainer(1);
  await org.containers.upsert([
    { ...reported, containerId, hostId, workloadId: newId("wkl"), removedAtNs: null, logSource: { kind: "pending" } },
  ]);
  const actionId = newId<ActionId>("act");
  await org.actions.insert(
    userId,
    {
      ...{ actionId, containerId, hostId, verb: "STOP", state: "failed", reason: "seed", actor: "seed" },
      ...{ requestedAtNs: "1", settledAtNs: "2", error: { code: "engine_error", message: "seed" } },
    },
    null,
  );
  const by = { actor, address: client.address };
  const { invitation } = await people.invitations.create(by, {
    ...{ email: `${newId<UserId>("guest")}@example.com`, role: "viewer", projects: null },
  });
  const { token } = await people.apiTokens.create(by, { name: "seed", scopes: ["fleet.read"], days: 1 });
  const { sessionId } = await people.sessions.create({ userId, orgId }, client);
  const viewId = newId<ViewId>("viw");
  const view = { viewId, userId, name: "seed", query: "", createdAtMs: 1, sharedAtMs: null };
  await org.savedViews.create(view);
  const { invitationId } = invitation;
  return {
    orgId,
    projectId,
    hostId,
    containerId,
    actionId,
    userId,
    sessionId,
    invitationId,
    tokenId: token.tokenId,
    viewId,
    passkeyId: await makePasskey(storage, userId),
    identityId: await makeIdentity(storage, userId),
    ruleId: await seedRule(org, projectId),
    bulkId: await seedBulk(org, { userId, hostId, containerId }),
  };
};

const makePasskey = async (storage: Storage, userId: UserId): Promise<PasskeyId> => {
  const passkeyId = newId<PasskeyId>("pky");
  const key = { credentialId: passkeyId, publicKey: "AA", counter: 0, transportsJson: "[]" };
  await storage.system.passkeys.create({ passkeyId, userId, name: "seed", ...key, createdAtMs: 1, lastUsedAtMs: null });
  return passkeyId;
};

const makeIdentity = async (storage: Storage, userId: UserId): Promise<IdentityId> => {
  const identityId = newId<IdentityId>("idy");
  const issuer = `https://issuer.example/${identityId}`;
  await storage.system.identities.create({ identityId, userId, issuer, subject: "1", label: "seed", createdAtMs: 1 });
  return identityId;
};

/** Protects nothing that there is. */
const seedRule = async (org: OrgStorage, projectId: ProjectId): Promise<ProtectionRuleId> => {
  const ruleId = newId<ProtectionRuleId>("rul");
  const nothing = { name: "no-such-*", image: null, label: null, composeProject: null, projectId };
  await org.protectionRules.raiseVersion(1);
  const made = { createdAt: new Date(1).toISOString(), createdBy: "seed" };
  await org.protectionRules.put({ ruleId, match: nothing, scope: "stop", note: "seed", ...made }, 1);
  return ruleId;
};

const seedBulk = async (org: OrgStorage, ids: Pick<Ids, "userId" | "hostId" | "containerId">): Promise<BulkId> => {
  const bulkId = newId<BulkId>("blk");
  const { userId, ...target } = ids;
  const bulk: BulkAction = {
    ...{
      bulkId,
      action: "STOP",
      reason: "seed",
      actor: "seed",
      state: "finished",
      stopOnFailure: false,
      parallelism: 1,
    },
    ...{ startedAt: new Date(1).toISOString(), endedAt: new Date(2).toISOString() },
    targets: [{ ...target, name: "web", hostName: "web", state: "skipped", actionId: null, error: null }],
  };
  const row = { bulkId, userId, state: bulk.state, expiresAtMs: 1, documentJson: JSON.stringify(bulk) };
  await org.bulkActions.plan(row, 1);
  return bulkId;
};

const seed = async (storage: Storage, hubKeyFile: string): Promise<Seeded> => {
  const people = await openPeople({
    ...{ storage, hubKeyFile, cookie: createSessionCookie(null), isOpen: false, announce: () => {} },
    ...{ secretsKeyFile: path.join(path.dirname(hubKeyFile), "secrets-key"), relyingParty: () => null, oidc: null },
    ...{ post: null, hubUrl: () => "http://127.0.0.1", report: () => {} },
    nowMs: Date.now,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    showRecoveryKey: () => {},
  });
  const claimed = await people.firstRun.claimFor(OWNER);
  if (claimed === null) throw new Error("The database was not empty.");
  const { orgId } = claimed;
  const passwordHash = await new Passwords({ random: randomBytes, cost: CHEAP }).hash(PASSWORD);
  await storage.system.users.setPasswordHash(claimed.userId, passwordHash);
  const org = storage.org(orgId);
  const [first] = await org.projects.list();
  const p1 = first?.projectId ?? asId<ProjectId>("");
  const p2 = newId<ProjectId>("prj");
  await org.projects.create({ projectId: p2, name: "Second", createdAtMs: Date.now() + 1 });

  const callers: Caller[] = [];
  const signIn = async (userId: UserId, into: OrgId): Promise<{ readonly actor: Actor; readonly token: string }> => {
    const { token } = await people.sessions.create({ userId, orgId: into }, client);
    const actor = await people.sessions.authenticate(token);
    if (actor === null) throw new Error("A member who cannot sign in.");
    return { actor, token };
  };
  const member = async (name: string, role: Role, narrowed = false): Promise<Caller & { readonly actor: Actor }> => {
    const isOwner = role === "owner";
    const user = isOwner ? { userId: claimed.userId, email: OWNER.email } : await makeUser(storage, name, passwordHash);
    const projects = narrowed ? [p1] : null;
    if (!isOwner) await org.members.add({ userId: user.userId, role, projects, createdAtMs: Date.now() });
    const { actor, token } = await signIn(user.userId, orgId);
    return {
      ...{ name, kind: "person", role, scopes: null, isNarrowed: narrowed, ...user, actor },
      isInstanceAdmin: isOwner,
      headers: cookieOf(token),
    };
  };
  const owner = await member("owner", "owner");
  callers.push(owner);
  for (const role of ["admin", "operator", "viewer"] as const) callers.push(await member(role, role));
  for (const role of ["admin", "operator", "viewer"] as const)
    callers.push(await member(`narrowed-${role}`, role, true));

  const revoked = await signIn(owner.actor.userId, orgId);
  await storage.system.sessions.revoke(owner.actor.userId, revoked.actor.sessionId ?? asId(""));
  const outside = {
    userId: null,
    email: "",
    role: "viewer",
    scopes: null,
    isNarrowed: false,
    isInstanceAdmin: false,
  } as const;
  callers.push({ ...outside, name: "nobody", kind: "nobody", headers: {} });
  callers.push({ ...outside, name: "revoked session", kind: "revoked", headers: cookieOf(revoked.token) });

  const tokenOf = async (scopes: readonly string[], actor: Actor) =>
    people.apiTokens.create({ actor, address: client.address }, { name: "t", scopes: [...scopes], days: 1 });
  const program = async (name: string, scopes: readonly string[], by: Caller & { readonly actor: Actor }) => {
    const { secret } = await tokenOf(scopes, by.actor);
    const { kind: _kind, actor: _actor, headers: _headers, ...creator } = by;
    return { ...creator, name, scopes, kind: "token" as const, headers: { authorization: `Bearer ${secret}` } };
  };
  for (const scope of TOKEN_SCOPES) callers.push(await program(`token ${scope}`, [scope], owner));
  const limited = await member("narrowed-maker", "operator", true);
  callers.push(await program("token of a narrowed operator", ["fleet.read", "logs.read", "container.stop"], limited));
  const dead = await tokenOf(["fleet.read"], owner.actor);
  await org.apiTokens.revoke(dead.token.tokenId);
  const headers = { authorization: `Bearer ${dead.secret}` };
  callers.push({ ...outside, name: "revoked token", kind: "revoked", headers });

  const stranger = await makeUser(storage, "stranger", passwordHash);
  const other = await people.orgs.create(
    { actor: { ...owner.actor, userId: stranger.userId, name: "stranger" }, address: client.address },
    "Other",
  );
  const { actor: strangerActor, token } = await signIn(stranger.userId, other.orgId);
  const named = { ...cookieOf(token), "x-yardarm-org": orgId };
  const strange = { ...outside, ...stranger, role: "owner", kind: "stranger" } as const;
  callers.push({ ...strange, name: "owner of another org, naming ours", headers: named });
  const [otherProject] = await storage.org(other.orgId).projects.list();
  return {
    ...{ people, storage, callers, owner, ownerActor: owner.actor, strangerActor, passwordHash },
    places: {
      P1: await fillPlace(people, storage, owner.actor, p1),
      P2: await fillPlace(people, storage, owner.actor, p2),
      B: await fillPlace(people, storage, strangerActor, otherProject?.projectId ?? asId("")),
    },
  };
};
