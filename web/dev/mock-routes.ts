import { randomBytes } from "node:crypto";
import { actionRequestSchema } from "@yardarm/protocol/api/actions";
import {
  type Me,
  type Role,
  type SessionView,
  signInRequestSchema,
  signUpRequestSchema,
} from "@yardarm/protocol/api/auth";
import { createHostRequestSchema } from "@yardarm/protocol/api/hosts";
import type { Container } from "@yardarm/protocol/container";
import { containerCan, isGuarded, protectionByLabel } from "@yardarm/protocol/container-can";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Host } from "@yardarm/protocol/host";
import { asId, type ContainerId, type HostId, type SessionId, type UserId } from "@yardarm/protocol/ids";
import { MockActions } from "./mock-actions.ts";
import { answerAudit } from "./mock-audit.ts";
import { MockExplorer } from "./mock-explorer.ts";
import { CODES_EMAIL, finishesSignIn, MockFactors } from "./mock-factors.ts";
import { type MockFleet, sampleOf } from "./mock-fleet.ts";
import { MockOrgs } from "./mock-orgs.ts";
import { MockPeople } from "./mock-people.ts";
import { permissionsOf } from "./mock-permissions.ts";
import { makeHost } from "./samples.ts";

/**
 * The mock hub's HTTP operations. They check who asks and what they may, as the real ones do. Above 300 lines: one table of operations, a
 * few lines each.
 */

export type MockState = {
  readonly fleet: MockFleet;
  readonly setupToken: string;
  isClaimed: boolean;
  role: Role;
  readonly sessions: Map<string, SessionView>;
};

export type MockRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly session: string;
  readonly body: unknown;
};

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const OWNER = { email: "owner@example.com", password: "correct horse battery", name: "Olga Owner" } as const;
const USER = asId<UserId>("usr_00000000000000000000");
const explorers = new WeakMap<MockFleet, MockExplorer>();
const explorerOf = (fleet: MockFleet): MockExplorer => {
  const explorer = explorers.get(fleet) ?? new MockExplorer(fleet);
  explorers.set(fleet, explorer);
  return explorer;
};
type MockSettings = { readonly people: MockPeople; readonly orgs: MockOrgs };
const settings = new WeakMap<MockState, MockSettings>();
const settingsOf = (state: MockState): MockSettings => {
  const known = settings.get(state);
  if (known !== undefined) return known;
  const people = new MockPeople({ userId: USER, name: OWNER.name, email: OWNER.email, role: state.role });
  const made = { people, orgs: new MockOrgs(state.fleet, state.role) };
  settings.set(state, made);
  return made;
};
const actions = new WeakMap<MockState, MockActions>();
const actionsOf = (state: MockState): MockActions => {
  const made = actions.get(state) ?? new MockActions(state.fleet, (permission) => demand(state, permission));
  actions.set(state, made);
  return made;
};
const factors = new WeakMap<MockState, MockFactors>();
const factorsOf = (state: MockState): MockFactors => {
  const made = factors.get(state) ?? new MockFactors();
  factors.set(state, made);
  return made;
};
const JOIN_TOKEN_MS = 15 * 60_000;
const HISTORY_STEP_MS = 5_000;
const HISTORY_MS = 15 * 60_000;

export const handleApi = async (state: MockState, request: MockRequest): Promise<Answer> => {
  const route = `${request.method} ${request.path}`;
  switch (route) {
    case "GET /api/setup":
      return {
        status: 200,
        body: {
          claimed: state.isClaimed,
          openSignUp: false,
          insecureTransport: false,
          passkeyHost: "127.0.0.1",
          oidcName: "Example ID",
          sendsMail: true,
          version: "0.1.0",
        },
      };
    case "POST /api/auth/sign-up":
      return signUp(state, request);
    case "POST /api/auth/sign-in":
      return signIn(state, request);
  }
  if (finishesSignIn(request)) return open(state);
  const forAnybody = MockPeople.answerAnybody(request);
  if (forAnybody !== null) return forAnybody;
  const session = state.sessions.get(request.session);
  if (session === undefined) throw new ProtocolError("unauthenticated", "Sign in first.");
  const explored = explorerOf(state.fleet).handle(request, USER);
  if (explored !== null) return explored;
  const proved = factorsOf(state).handle(request, OWNER.password);
  if (proved !== null) return proved;
  const { people, orgs } = settingsOf(state);
  const may = (permission: string): void => demand(state, permission);
  const settled = people.answer(request, may) ?? orgs.answer(request, may);
  if (settled !== null) return settled;
  const acted = actionsOf(state).handle(request);
  if (acted !== null) return acted;
  const audited = answerAudit(state.fleet, request);
  if (audited !== null) return audited;
  switch (route) {
    case "POST /api/auth/sign-out":
      state.sessions.delete(request.session);
      return { status: 204, headers: { "set-cookie": "__Host-yardarm=; Path=/; Secure; HttpOnly; Max-Age=0" } };
    case "GET /api/me":
      return { status: 200, body: meOf(state, session) };
    case "GET /api/sessions":
      return { status: 200, body: { items: sessionsFor(state, session), nextCursor: null } };
    case "GET /api/hosts":
      return { status: 200, body: { items: [...state.fleet.hosts.values()], nextCursor: null } };
    case "POST /api/hosts":
      return createHost(state, request);
    case "GET /api/containers":
      return { status: 200, body: { items: [...state.fleet.containers.values()], nextCursor: null } };
  }
  return handleItem(state, request);
};

const handleItem = async (state: MockState, request: MockRequest): Promise<Answer> => {
  const [, , collection = "", id = "", rest = ""] = request.path.split("/");
  if (collection === "sessions" && request.method === "DELETE") {
    for (const [token, session] of state.sessions) if (session.sessionId === id) state.sessions.delete(token);
    return { status: 204 };
  }
  if (collection === "hosts" && rest === "join-token" && request.method === "POST") {
    const host = state.fleet.hosts.get(asId<HostId>(id));
    if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
    demand(state, "host.manage");
    return invitation(host);
  }
  if (collection === "containers") {
    const container = state.fleet.containers.get(asId<ContainerId>(id));
    if (container === undefined) throw new ProtocolError("not_found", "There is no such container.");
    if (rest === "" && request.method === "GET") return { status: 200, body: container };
    if (request.path.endsWith("/logs/older")) return { status: 200, body: olderLines() };
    if (rest === "metrics") return { status: 200, body: historyOf(container) };
    if (rest === "actions" && request.method === "POST") return act(state, container, request);
  }
  throw new ProtocolError("not_found", "There is no such thing.");
};

/** What only the host has: a page, and before it nothing. */
const olderLines = (): unknown => ({
  items: Array.from({ length: 12 }, (_, index) => ({
    ts: `2026-11-21T13:0${Math.floor(index / 6)}:${String((index % 6) * 10).padStart(2, "0")}.000000000Z`,
    stream: "stdout",
    level: "info",
    message: `INFO an old request, number ${index}`,
    from: "host",
  })),
  nextCursor: null,
  end: "begins",
});

const demand = (state: MockState, permission: string): void => {
  if (!permissionsOf(state.role).includes(permission)) throw new ProtocolError("forbidden", "Your role forbids this.");
};

const open = (state: MockState): Answer => {
  const token = randomBytes(32).toString("base64url");
  const now = new Date().toISOString();
  state.sessions.set(token, {
    sessionId: asId<SessionId>(`ses_${randomBytes(10).toString("hex")}`),
    current: false,
    createdAt: now,
    lastUsedAt: now,
    address: "127.0.0.1",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
  });
  const cookie = `__Host-yardarm=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`;
  return { status: 204, headers: { "set-cookie": cookie } };
};

const signUp = (state: MockState, request: MockRequest): Answer => {
  const body = signUpRequestSchema.parse(request.body);
  if (state.isClaimed) throw new ProtocolError("conflict", "This hub has an owner already.");
  if (body.setupToken !== state.setupToken) throw new ProtocolError("token_invalid", "The setup token is wrong.");
  state.isClaimed = true;
  return open(state);
};

const signIn = (state: MockState, request: MockRequest): Answer => {
  const body = signInRequestSchema.parse(request.body);
  if (body.email === CODES_EMAIL && body.password === OWNER.password) {
    return { status: 200, body: { secondFactor: { token: "pending", expiresAt: "2026-11-21T13:05:00.000Z" } } };
  }
  if (!state.isClaimed || body.email !== OWNER.email || body.password !== OWNER.password) {
    throw new ProtocolError("unauthenticated", "E-mail or password is wrong.");
  }
  return open(state);
};

const meOf = (state: MockState, session: SessionView): Me => ({
  userId: USER,
  sessionId: session.sessionId,
  name: OWNER.name,
  email: OWNER.email,
  activeOrgId: settingsOf(state).orgs.activeOrgId,
  orgs: [...settingsOf(state).orgs.orgs],
  projects: null,
  instanceAdmin: state.role === "owner",
  permissions: permissionsOf(state.role),
});

const sessionsFor = (state: MockState, own: SessionView): readonly SessionView[] =>
  [...state.sessions.values()].map((session) => ({ ...session, current: session === own }));

const createHost = (state: MockState, request: MockRequest): Answer => {
  demand(state, "host.create");
  const { name } = createHostRequestSchema.parse(request.body);
  const host = makeHost({
    hostId: asId<HostId>(`hst_${randomBytes(10).toString("hex")}`),
    name,
    status: "pending",
    lastSeenAtNs: null,
    enrolledAtNs: null,
    agentVersion: null,
    machine: null,
    engine: null,
    metricsBackend: null,
    clockSkewMs: null,
    keyFingerprint: null,
  });
  state.fleet.change({ hosts: [host] });
  return invitation(host);
};

const invitation = (host: Host): Answer => {
  const joinToken = `yjt_${randomBytes(24).toString("base64url")}`;
  const token = `AGENT_TOKEN_FILE=<(echo ${joinToken})`;
  const commands = {
    node: `curl -fsSLO http://127.0.0.1:8080/agent/yardarm-agent.mjs && \\\n  AGENT_API_URL=http://127.0.0.1:8080 ${token} node yardarm-agent.mjs`,
    dockerRun: `docker run -d --name yardarm-agent \\\n  -v /var/run/docker.sock:/var/run/docker.sock \\\n  yardarm/agent:0.1.0`,
    compose: "services:\n  yardarm-agent:\n    image: yardarm/agent:0.1.0\n    restart: unless-stopped",
    systemd: "systemctl enable --now yardarm-agent",
  };
  const expiresAt = new Date(Date.now() + JOIN_TOKEN_MS).toISOString();
  return { status: 201, body: { host, joinToken, expiresAt, commands } };
};

const historyOf = (container: Container): unknown => {
  const nowMs = Date.now();
  const tsMs: number[] = [];
  for (let at = nowMs - HISTORY_MS; at < nowMs; at += HISTORY_STEP_MS) {
    // The agent was away for a minute: a gap to draw.
    if (at > nowMs - 8 * 60_000 && at < nowMs - 7 * 60_000) continue;
    tsMs.push(at);
  }
  const samples = tsMs.map((at) => sampleOf(container, at / 1_000));
  const column = (read: (sample: (typeof samples)[number]) => number | null) =>
    samples.map((sample) => (container.state === "running" ? read(sample) : null));
  return {
    containerId: container.containerId,
    range: "15m",
    tsMs,
    cpuCores: column((sample) => sample.cpuCores),
    memoryUsedBytes: column((sample) => sample.memoryUsedBytes),
    memoryLimitBytes: column((sample) => sample.memoryLimitBytes),
    networkRxBytesPerSecond: column((sample) => sample.networkRxBytesPerSecond),
    networkTxBytesPerSecond: column((sample) => sample.networkTxBytesPerSecond),
  };
};

const act = async (state: MockState, container: Container, request: MockRequest): Promise<Answer> => {
  const body = actionRequestSchema.parse(request.body);
  demand(state, `container.${body.action.toLowerCase()}`);
  const legal = containerCan(body.action, container.state);
  if (!legal.allowed) throw new ProtocolError("conflict", legal.reason);
  if (state.fleet.hosts.get(container.hostId)?.status === "offline") {
    throw new ProtocolError("agent_offline", "The host's agent is not connected.");
  }
  const protection = container.protection?.scope ?? (container.isAgent ? "all" : protectionByLabel(container.labels));
  const isAdmin = state.role === "owner" || state.role === "admin";
  if (isGuarded(protection, body.action) && !(isAdmin && body.override === container.name)) {
    throw new ProtocolError("protected", "The container is protected.");
  }
  const action = await state.fleet.act(container, body.action, body.reason, OWNER.email);
  return {
    status: 200,
    body: { status: "SUCCESS", action, container: state.fleet.containers.get(container.containerId) ?? null },
  };
};
