import type { Role } from "@yardarm/protocol/api/auth";
import type { UserId } from "@yardarm/protocol/ids";
import { connectAgent } from "@yardarm/testkit/agent-line";
import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { ClientLine } from "@yardarm/testkit/client-line";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const FORBIDDEN = 4403;
const UNAUTHENTICATED = 4401;

/** Rights that end while somebody looks on (IDTY-09). What is asserted is the close; its time is printed. */
describe("[IDTY-09] [SEC-T23] [CON-7] an open socket", () => {
  let world: AuthorityWorld;

  beforeAll(async () => {
    world = await AuthorityWorld.open();
  }, 60_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  /** A member of their own, so that each test can take away what it likes. */
  const join = async (role: Role, narrowed = false): Promise<Caller> => {
    const userId = await world.freshMember(role, narrowed ? [world.places.P1.projectId] : null);
    const { token } = await world.freshSession(userId);
    const headers = world.headersOf(token);
    return { ...world.owner, name: role, role, userId, isNarrowed: narrowed, headers };
  };
  const open = async (headers: Readonly<Record<string, string>>): Promise<ClientLine> => {
    const line = await ClientLine.open(world.hub.url, { ...headers, origin: world.hub.url });
    if (typeof line === "number") throw new Error(`Not let in: ${line}`);
    expect(await line.refusal({ type: "inventory.subscribe" })).toBeNull();
    return line;
  };
  const asOwner = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status, text } = await world.ask(world.owner, { method, path, body });
    expect(status, text).toBeLessThan(300);
  };
  /** How long from the change's request until each line was closed, and with which codes. */
  const closing = async (
    what: string,
    lines: readonly ClientLine[],
    change: () => Promise<unknown>,
  ): Promise<readonly number[]> => {
    const startedAt = performance.now();
    const [codes] = await Promise.all([Promise.all(lines.map((line) => line.closed)), change()]);
    process.stdout.write(`${what}: closed ${(performance.now() - startedAt).toFixed(0)} ms after it was asked for\n`);
    return codes;
  };
  const memberPath = ({ userId }: { readonly userId: UserId | null }): string => `/api/members/${userId}`;

  test("closes when its role changes, and comes back with the new one", async () => {
    const member = await join("admin");
    const line = await open(member.headers);
    const change = () => asOwner("PATCH", memberPath(member), { role: "viewer" });
    expect(await closing("changed role", [line], change)).toEqual([FORBIDDEN]);
    expect((await world.ask(member, { method: "GET", path: "/api/invitations" })).status).toBe(403);
    (await open(member.headers)).close();
  });

  test("closes when the member is narrowed to projects, and shows only those afterwards", async () => {
    const member = await join("viewer");
    const line = await open(member.headers);
    expect(line.received).toContain(world.places.P2.hostId);
    const projects = [world.places.P1.projectId];
    const change = () => asOwner("PATCH", memberPath(member), { projects });
    expect(await closing("narrowed member", [line], change)).toEqual([FORBIDDEN]);
    const again = await open(member.headers);
    expect(again.received).toContain(world.places.P1.hostId);
    expect(again.received).not.toContain(world.places.P2.hostId);
    again.close();
  });

  test("closes for good when the member is removed, and so do their API tokens", async () => {
    const member = await join("operator");
    const { userId } = member;
    if (userId === null) throw new Error("a member");
    const order = { method: "POST", path: "/api/tokens", body: { name: "ci", scopes: ["fleet.read"] } };
    const { secret } = (await world.ask(member, order)).body as { readonly secret: string };
    const program = { authorization: `Bearer ${secret}` };
    const lines = [await open(member.headers), await open(program)];
    const change = () => asOwner("DELETE", memberPath(member));
    expect(await closing("removed member", lines, change)).toEqual([UNAUTHENTICATED, UNAUTHENTICATED]);
    // Also if they are asked in again: what was made before stays dead.
    await world.storage
      .org(world.ownerActor.orgId)
      .members.add({ userId, role: "operator", projects: null, createdAtMs: 1 });
    expect(await ClientLine.open(world.hub.url, program)).toBe(401);
  });

  test("closes when its session is revoked; the person's other one stays", async () => {
    const member = await join("viewer");
    const { userId } = member;
    if (userId === null) throw new Error("a member");
    const other = await world.freshSession(userId);
    const line = await open(world.headersOf(other.token));
    const own = await open(member.headers);
    const request = { method: "DELETE", path: `/api/sessions/${other.sessionId}` };
    expect(await closing("revoked session", [line], () => world.ask(member, request))).toEqual([UNAUTHENTICATED]);
    expect(await own.refusal({ type: "inventory.subscribe" })).toBeNull();
    own.close();
  });

  test("closes when its API token is revoked", async () => {
    const order = { method: "POST", path: "/api/tokens", body: { name: "ci", scopes: ["fleet.read", "logs.read"] } };
    const made = (await world.ask(world.owner, order)).body as {
      readonly secret: string;
      readonly token: { readonly tokenId: string };
    };
    const line = await open({ authorization: `Bearer ${made.secret}` });
    const change = () => asOwner("DELETE", `/api/tokens/${made.token.tokenId}`);
    expect(await closing("revoked API token", [line], change)).toEqual([UNAUTHENTICATED]);
  });

  test("opened by a ticket closes with the API token that fetched it", async () => {
    const order = { method: "POST", path: "/api/tokens", body: { name: "ci", scopes: ["fleet.read"] } };
    const made = (await world.ask(world.owner, order)).body as {
      readonly secret: string;
      readonly token: { readonly tokenId: string };
    };
    const program: Caller = { ...world.owner, kind: "token", headers: { authorization: `Bearer ${made.secret}` } };
    const { ticket } = (await world.ask(program, { method: "POST", path: "/api/ws-ticket", body: {} })).body;
    const line = await ClientLine.open(world.hub.url, {}, `?ticket=${String(ticket)}`);
    if (typeof line === "number") throw new Error(`Not let in: ${line}`);
    expect(await line.refusal({ type: "log.subscribe", containerId: world.places.P1.containerId })).toBe("forbidden");
    expect(await ClientLine.open(world.hub.url, {}, `?ticket=${String(ticket)}`)).toBe(401);
    const change = () => asOwner("DELETE", `/api/tokens/${made.token.tokenId}`);
    expect(await closing("ticket of a revoked token", [line], change)).toEqual([UNAUTHENTICATED]);
  });

  test("closes when the password is changed and the other sessions are to end; likewise at sign-out", async () => {
    const viewer = world.callers.find(({ name }) => name === "viewer");
    if (viewer?.userId == null) throw new Error("a viewer");
    const other = await world.freshSession(viewer.userId);
    const elsewhere = await open(world.headersOf(other.token));
    const password = "correct horse battery staple";
    const body = { currentPassword: password, newPassword: `${password} 2`, endOtherSessions: true };
    const change = () => world.ask(viewer, { method: "POST", path: "/api/auth/password", body });
    expect(await closing("changed password", [elsewhere], change)).toEqual([UNAUTHENTICATED]);
    const own = await open(viewer.headers);
    const signOut = () => world.ask(viewer, { method: "POST", path: "/api/auth/sign-out", body: {} });
    expect(await closing("sign-out", [own], signOut)).toEqual([UNAUTHENTICATED]);
  });

  test("of somebody narrowed to projects closes when a host moves, and shows what is theirs now", async () => {
    const member = await join("viewer", true);
    const hostId = await world.freshHost(world.places.P1.projectId);
    const [line, whole] = [await open(member.headers), await open(world.owner.headers)];
    expect(line.received).toContain(hostId);
    const change = () => asOwner("POST", `/api/projects/${world.places.P2.projectId}/hosts`, { hostId });
    expect(await closing("moved host", [line], change)).toEqual([FORBIDDEN]);
    expect((await open(member.headers)).received).not.toContain(hostId);
    expect(await whole.refusal({ type: "inventory.subscribe" })).toBeNull();
    whole.close();
  });

  test("[HOST-06] [CON-5] of an agent closes when its host is removed, and its key opens nothing any more", async () => {
    const made = await world.ask(world.owner, { method: "POST", path: "/api/hosts", body: { name: "doomed" } });
    const created = made.body as { readonly host: { readonly hostId: string }; readonly joinToken: string };
    const { hostId } = created.host;
    const agent = await connectAgent(world.hub.url, { hostId, joinToken: created.joinToken });
    const startedAt = performance.now();
    const [closed] = await Promise.all([agent.closed, asOwner("DELETE", `/api/hosts/${hostId}`)]);
    process.stdout.write(
      `removed host: closed ${(performance.now() - startedAt).toFixed(0)} ms after it was asked for\n`,
    );
    expect(closed).toEqual([FORBIDDEN, "host_revoked"]);
    await expect(connectAgent(world.hub.url, { hostId, joinToken: created.joinToken })).rejects.toThrow("Not enrolled");
  });
});
