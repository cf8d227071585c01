/**
 * The hub, from configuration to drain: a table of contents. Dependencies are passed by hand. Above 300 lines because it is one
 * list of what is passed to what; nothing here decides.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { isSettled } from "@yardarm/protocol/action";
import type { HostId, NodeId, OrgId } from "@yardarm/protocol/ids";
import { openActing, openProtection } from "./acting.ts";
import { ActionFeed } from "./actions/action-feed.ts";
import { agentHandlers, rotateKey, sendProtection, serveAgentRequests, signWelcome, watchHost } from "./agent-side.ts";
import { AuditWitnesses } from "./audit/audit-witnesses.ts";
import { CloneAlerts } from "./audit/clone-alerts.ts";
import { Denials } from "./audit/denials.ts";
import { can, permissionsHeldBy } from "./auth/authority/can.ts";
import { permissionFor, permissionRows } from "./auth/authority/permissions.ts";
import { newId } from "./auth/crypto/new-id.ts";
import { mailInvitation } from "./auth/letter/invitation-mail.ts";
import { relyingPartyOf } from "./auth/passkey/relying-party.ts";
import { createClientAddress } from "./auth/request/client-address.ts";
import { createFlowCookie, createSessionCookie } from "./auth/request/cookies.ts";
import { OriginCheck } from "./auth/request/origin.ts";
import { SESSION_ABSOLUTE_MS } from "./auth/session/sessions.ts";
import { AuthorityFeed } from "./authority-feed.ts";
import { MemoryBus } from "./bus/memory-bus.ts";
import { removeHost, renameHost } from "./change-host.ts";
import { authenticateClient, clientHandlers } from "./client-side.ts";
import type { Config } from "./config.ts";
import { demandOrRecord, recordDenied } from "./demand-or-record.ts";
import { exportAudit } from "./export-audit.ts";
import { frameTransport } from "./gateway/frame-transport.ts";
import { Gateway } from "./gateway/gateway.ts";
import { LiveMetrics } from "./history/live-metrics.ts";
import { createApp } from "./http/app.ts";
import { actionRoutes } from "./http/routes/action-routes.ts";
import { auditRoutes } from "./http/routes/audit-routes.ts";
import { authRoutes } from "./http/routes/auth-routes.ts";
import { bulkRoutes } from "./http/routes/bulk-routes.ts";
import { containerRoutes } from "./http/routes/container-routes.ts";
import { type HostRequester, hostRoutes } from "./http/routes/host-routes.ts";
import { invitationRoutes } from "./http/routes/invitation-routes.ts";
import { logRoutes } from "./http/routes/log-routes.ts";
import { memberRoutes } from "./http/routes/member-routes.ts";
import { oidcRoutes } from "./http/routes/oidc-routes.ts";
import { olderLogRoutes } from "./http/routes/older-log-routes.ts";
import { orgRoutes } from "./http/routes/org-routes.ts";
import { passkeyRoutes } from "./http/routes/passkey-routes.ts";
import { projectRoutes } from "./http/routes/project-routes.ts";
import { protectionRoutes } from "./http/routes/protection-routes.ts";
import { retentionRoutes } from "./http/routes/retention-routes.ts";
import { secondFactorRoutes } from "./http/routes/second-factor-routes.ts";
import { tokenRoutes } from "./http/routes/token-routes.ts";
import { viewRoutes } from "./http/routes/view-routes.ts";
import { AgentReports } from "./inventory/agent-reports.ts";
import { Fleet } from "./inventory/fleet.ts";
import { KeptUpkeep } from "./inventory/kept-upkeep.ts";
import { listen } from "./listen.ts";
import { changeRetention, keepLogs, readRetention } from "./log-keeping.ts";
import { openLogReading, recordDownload } from "./log-reading.ts";
import { createLogger } from "./observability/logger.ts";
import { HubMetrics } from "./observability/metrics.ts";
import type { ReportFailure } from "./observability/report-failure.ts";
import { oidcSettingsOf } from "./oidc-settings.ts";
import { countingCommits, openLogStore } from "./open-log-store.ts";
import { openPeople } from "./open-people.ts";
import { postOf } from "./post.ts";
import type { AgentConnection } from "./relay/agent-connection.ts";
import { AgentRegistry } from "./relay/agent-registry.ts";
import { LogRelay } from "./relay/log/log-relay.ts";
import { PageRequests } from "./relay/page-requests.ts";
import { ReadThrough } from "./relay/read-through.ts";
import { RequestRouter } from "./relay/request-router.ts";
import { Turn } from "./relay/viewer/turn.ts";
import { Viewer, type ViewerSocket } from "./relay/viewer/viewer.ts";
import { SavedViews } from "./saved-views.ts";
import { openDataDirectory } from "./storage/data-directory.ts";
import { openPostgresStorage } from "./storage/postgres/open-postgres.ts";
import { openSqliteStorage } from "./storage/sqlite/open-sqlite.ts";
import { after, every } from "./timers.ts";
import { VERSION } from "./version.ts";
import { loadWebFiles } from "./web-files.ts";

const RELAY_TICK_MS = 100;
const RECHECK_MS = 4_000;
const PRUNE_MS = 5 * 60_000;

export type RunningHub = {
  /** Where it listens, `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What claims a fresh hub, for the operator's eyes; `null` when it has an owner. */
  readonly setupToken: string | null;
  /** The recovery key of a hub that has just made its keys, for the operator's eyes; never again afterwards. */
  readonly recoveryKey: string | null;
  /** Resolves with the first org once the hub has an owner, at once when it has one. */
  readonly claimed: Promise<OrgId>;
  /** A host of this machine's operator and the join token for its agent, through the same enrollment as any other. */
  readonly createLocalHost: (
    orgId: OrgId,
    name: string,
  ) => Promise<{ readonly hostId: HostId; readonly joinToken: string }>;
  /** Drains and lets go of everything; user-facing parts first. Never rejects. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts a hub in this process.
 *
 * @throws ProtocolError whose message is a sentence for the operator
 */
export const runHub = async (config: Config): Promise<RunningHub> => {
  await using opened = new AsyncDisposableStack();
  const logger = createLogger({ level: config.logLevel });
  const report: ReportFailure = (err, requestId) => logger.error({ err, requestId }, "unexpected failure");
  const nowMs = Date.now;
  const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
  const nodeId = newId<NodeId>("nod");
  const metrics = new HubMetrics();

  const directory = openDataDirectory(config.dataDirectory);
  opened.defer(() => directory.release());
  const storage =
    config.databaseUrl === null
      ? await openSqliteStorage({
          dataDirectory: directory.path,
          onBackup: (file) => logger.info({ file }, "database copied before its schema changes"),
        })
      : await openPostgresStorage({
          url: config.databaseUrl,
          onConnectionLost: (error) => logger.warn({ reason: error.message }, "database connection lost"),
        });
  opened.defer(() => storage.close());
  const logStore = await openLogStore(config, directory.path, (damage) => {
    metrics.logDamage.inc();
    logger.error(damage, "stored log lines are damaged");
  });
  opened.defer(() => logStore.close());
  const bus = new MemoryBus({ report, after });
  opened.defer(() => bus.close());

  const cookie = createSessionCookie(config.publicUrl);
  const authority: AuthorityFeed = new AuthorityFeed({
    bus,
    changed: (change) => gateway.authorityChanged(change),
    hostRemoved: (hostId) => registry.remove(hostId),
    keyReplaced: (hostId) => registry.cut(hostId),
  });
  opened.defer(() => authority.close());
  let recoveryKey: string | null = null;
  let port = config.port;
  const hubUrl = (): string => config.publicUrl?.origin ?? `http://127.0.0.1:${port}`;
  const relyingParty = () => relyingPartyOf({ publicUrl: config.publicUrl, port: () => port });
  const oidc = oidcSettingsOf(config, {
    hubUrl,
    failed: (err) => logger.warn({ err }, "an answer of the sign-in provider was refused"),
  });
  const post = postOf(config);
  const people = await openPeople({
    ...{ storage, hubKeyFile: config.hubKeyFile, secretsKeyFile: config.secretsKeyFile, nowMs, nowNs, cookie },
    ...{ relyingParty, oidc },
    ...{ post, hubUrl, report },
    isOpen: config.openSignUp,
    announce: (change) => authority.announce(change),
    showRecoveryKey: (shown) => {
      recoveryKey = shown;
    },
  });
  const { audit, keys, sessions, tickets, callers } = people;
  opened.defer(every(PRUNE_MS, people.prune, report));
  const denials = new Denials({ audit, after, report });
  opened.defer(() => denials.flush());

  const clones = new CloneAlerts({ audit, nowMs, report });
  const witnesses = new AuditWitnesses({
    ...{ storage, chain: audit },
    contradicted: (orgId, hostId, { seq }) => {
      metrics.auditContradictions.inc();
      logger.error({ orgId, hostId, seq }, "an agent remembers an audit row that the audit does not have");
    },
  });

  const protection = await openProtection({
    ...{ storage, audit, keys, nowNs },
    changed: (orgId) => {
      fleet.protectionChanged(orgId);
      for (const connection of registry.connections()) {
        if (connection.orgId === orgId) sendProtection({ rules: protection, keys, fleet }, connection);
      }
    },
  });
  const fleet: Fleet = new Fleet({
    protect: (orgId, host, container) => protection.protectionOf(orgId, host?.projectId, container),
  });
  const turn = new Turn({ defer: setImmediate, report });
  const relay = new LogRelay({
    nodeId,
    log: countingCommits(logStore, metrics),
    turn,
    drops: metrics.drops,
    nowMs,
    report,
  });
  const newViewer = (socket: ViewerSocket): Viewer =>
    new Viewer({ socket, transport: frameTransport, turn, drops: metrics.drops });
  const router = new RequestRouter({ bus, report });
  const pages = new PageRequests({
    hubId: keys.hubId,
    sign: (purpose, payload) => keys.sign(purpose, payload),
    nowNs,
    after,
  });
  pages.serve(router);
  const readThrough = new ReadThrough({
    log: logStore,
    router,
    locate: (orgId, containerId) => fleet.container(orgId, containerId),
    newKey: randomUUID,
  });
  const reports = new AgentReports<AgentConnection>({
    storage,
    fleet,
    publish: (change) => fleet.apply(change),
    assignLogs: (agent, containers) => void relay.assign(agent, containers),
    hidden: (agent, containerIds) => {
      for (const containerId of containerIds) relay.retire(agent, containerId);
      liveMetrics.forget(containerIds);
    },
    forgotten: (hostId, containerIds) => {
      const agent = registry.connection(hostId);
      if (agent !== null) for (const containerId of containerIds) relay.release(agent, containerId);
      liveMetrics.forget(containerIds);
    },
    overflowed: (host) =>
      logger.warn(host, "more removed containers than are kept for their logs: the oldest are forgotten"),
    nowNs,
    report,
  });
  await reports.load();
  opened.defer(() => reports.flush());
  const kept = new KeptUpkeep({
    ...{ fleet, nowMs, logs: logStore },
    forget: (orgId, containerIds) => reports.forget(orgId, containerIds),
  });
  opened.defer(
    keepLogs({
      ...{ store: logStore, storage, config, kept },
      evicted: ({ rows, days }) => {
        metrics.logRowsEvicted.inc(rows);
        for (const { reason, ...day } of days) {
          metrics.logDaysEvicted.inc({ reason });
          logger.info({ ...day, reason }, "a day of logs was removed");
        }
      },
      every: (intervalMs, task) => every(intervalMs, task, report),
    }),
  );
  const registry = new AgentRegistry({
    nowMs,
    events: {
      presence: (presence) => reports.presence(presence),
      duplicate: (orgId, hostId) => {
        logger.warn({ orgId, hostId }, "a second agent uses the identity of this host");
        clones.record({ orgId, hostId, name: fleet.host(orgId, hostId)?.name ?? "" });
        reports.cloned({ orgId, hostId });
      },
    },
  });
  const liveMetrics = new LiveMetrics({
    nowMs,
    watchHost: (hostId, containerIds) => {
      const orgId = fleet.orgOf(hostId);
      // A host that is away is told when it comes back.
      if (orgId !== undefined) watchHost(router, { orgId, hostId, containerIds }).catch(() => {});
    },
  });
  const actionFeed = new ActionFeed();
  const { actions, bulk, recover } = openActing({
    ...{ storage, audit, keys, fleet, router, callers, nowNs, nowMs, after, report },
    publish: (orgId, action) => {
      if (isSettled(action.state)) metrics.actions.inc({ verb: action.verb, state: action.state });
      actionFeed.publish(orgId, action);
    },
  });
  await recover();
  serveAgentRequests(router, {
    ...{ keys, agentKeys: people.agentKeys },
    dockerIdsOf: (orgId, containerIds) =>
      containerIds.flatMap((containerId) => fleet.container(orgId, containerId)?.dockerId ?? []),
  });

  const clientAddress = createClientAddress(config.trustedProxies);
  const origin = new OriginCheck({ publicUrl: config.publicUrl, port: () => port });
  const gateway = new Gateway({
    authenticators: {
      challenge: () => ({ hub: keys.hubId, nonce: people.agentConnect.issueNonce() }),
      agent: async (token, hostId) => {
        const agent = await people.agentConnect.verify(token, hostId);
        authority.follow(agent.orgId);
        if (agent.isKeyNew) await reports.refresh(agent.orgId, agent.hostId);
        return agent;
      },
      client: authenticateClient({
        callers,
        tickets,
        origin,
        clientAddress,
        follow: (orgId) => authority.follow(orgId),
      }),
    },
    agents: {
      ...{ registry, relay, router, pages },
      handlers: agentHandlers({
        ...{ reports, metrics: liveMetrics, actions, witnesses, router, report, agentKeys: people.agentKeys },
        sendProtection: (connection) => sendProtection({ rules: protection, keys, fleet }, connection),
      }),
      beforeWelcome: keys.updates.length === 0 ? [] : [{ type: "keys", updates: keys.updates }],
      welcome: signWelcome({ keys, nodeId, nowNs }),
      received: (frameBytes) => {
        metrics.logFrames.inc();
        metrics.logBytes.inc(frameBytes);
      },
      refused: ({ hostId }, error) => {
        metrics.connectionsClosed.inc({ socket: "agent", code: error.code });
        logger.warn({ hostId, code: error.code, reason: error.message }, "agent connection ended");
      },
    },
    clients: {
      relay,
      recheck: (actor) => callers.recheck(actor),
      handlers: clientHandlers({
        ...{ fleet, metrics: liveMetrics, actionFeed },
        demand: (...asked) => demandOrRecord(denials, ...asked, null),
      }),
      nowMs,
      report,
    },
    newViewer,
    refusedUpgrade: (socket, code) => metrics.connectionsRefused.inc({ socket, code }),
    version: VERSION,
    recheckMs: RECHECK_MS,
    random: Math.random,
    report,
  });
  opened.defer(
    every(
      RELAY_TICK_MS,
      () => {
        const now = nowMs();
        registry.tick(now);
        relay.tick(now);
        metrics.agentsConnected.set(gateway.agentCount);
        metrics.viewersConnected.set(gateway.clientCount);
      },
      report,
    ),
  );

  const logReading = await openLogReading({ ...{ relay, newViewer, storage, nowMs, after, report }, store: logStore });
  opened.defer(() => logReading[Symbol.asyncDispose]());

  const { files, bundleSha256, problem } = await loadWebFiles();
  if (problem !== null) logger.error(problem);
  const claimed = Promise.withResolvers<OrgId>();
  const sessionCookie = (token: string): string => cookie.write(token, SESSION_ABSOLUTE_MS);
  const signedIn = (token: string): Response =>
    new Response(null, { status: 204, headers: { "set-cookie": sessionCookie(token) } });
  const attempted = (outcome: "accepted" | "refused"): void => metrics.signIns.inc({ outcome });
  const changeOf = ({ actor, hostId, address }: HostRequester) => ({
    ...{ hostId, address, orgId: actor.orgId },
    actor: { type: "user" as const, id: actor.userId, name: actor.name },
  });
  const app = createApp({
    version: VERSION,
    cookieName: cookie.name,
    operations: [
      ...authRoutes({
        ...{ version: VERSION, cookie, storage, sessions, tickets, signedIn, permissionRows },
        ...{ permissionsHeldBy, anybodyCreatesOrgs: config.anybodyCreatesOrgs },
        ...{ firstRun: people.firstRun, accounts: people.accounts, signIn: people.signIn },
        ...{ attempted, claimed: claimed.resolve, forgottenPassword: people.forgottenPassword },
        passkeyHost: () => relyingParty()?.id ?? null,
        oidcName: oidc?.name ?? null,
      }),
      ...secondFactorRoutes({ ...people, storage, signedIn, attempted }),
      ...passkeyRoutes({ ...people, signedIn, attempted }),
      ...oidcRoutes({
        ...{ ...people, sessionCookie, attempted },
        flowCookie: createFlowCookie(config.publicUrl),
        sessionOf: async (headers) => {
          const token = cookie.read(headers.get("cookie"));
          return token === null ? null : sessions.authenticate(token);
        },
      }),
      ...orgRoutes({ orgs: people.orgs, anybodyCreates: config.anybodyCreatesOrgs, signedIn }),
      ...auditRoutes({
        ...{ nowNs },
        list: (orgId, page) => audit.list(orgId, page),
        export: (requester, filter) => exportAudit(audit, requester, filter),
        verify: (orgId, newest) => witnesses.verify(orgId, newest),
      }),
      ...retentionRoutes({
        read: (orgId) => readRetention({ storage, config }, orgId),
        change: async (requester, change) => {
          await changeRetention({ storage, audit }, requester, change);
          return readRetention({ storage, config }, requester.actor.orgId);
        },
      }),
      ...projectRoutes({ projects: people.projects, refresh: (orgId, hostId) => reports.refresh(orgId, hostId) }),
      ...memberRoutes({ members: people.members }),
      ...invitationRoutes({
        ...{ invitations: people.invitations, accounts: people.accounts, hubUrl, signedIn },
        mailLink: (actor, invitation) => mailInvitation({ storage, post, report }, actor, invitation),
      }),
      ...tokenRoutes({ apiTokens: people.apiTokens }),
      ...viewRoutes({ views: new SavedViews({ storage, nowMs }) }),
      ...hostRoutes({
        ...{ fleet, can, hubUrl, bundleSha256 },
        enrollment: people.enrollment,
        refresh: (orgId, hostId) => reports.refresh(orgId, hostId),
        agentKeys: people.agentKeys,
        cut: (orgId, hostId) => {
          authority.announceKey(orgId, hostId);
          registry.cut(hostId);
        },
        rotateKey: async (requester, hostId) => {
          await people.agentKeys.recordRotation(requester, hostId);
          await rotateKey(router, { orgId: requester.actor.orgId, hostId });
        },
        rename: (requester, name) => renameHost({ storage, audit }, { ...changeOf(requester), name }),
        remove: async (requester) => {
          await removeHost({ storage, audit, nowMs }, changeOf(requester));
          authority.announceHost(requester.actor.orgId, requester.hostId);
          registry.remove(requester.hostId);
          await actions.hostRemoved(requester.actor.orgId, requester.hostId);
          await reports.remove(requester.actor.orgId, requester.hostId);
        },
      }),
      ...containerRoutes({ fleet, can, nowMs, metrics: liveMetrics }),
      ...logRoutes({
        ...{ fleet, can, nowMs, queries: logReading.queries, cursors: logReading.cursors },
        recheck: (actor) => callers.recheck(actor),
        recordDownload: (download) => recordDownload(audit, download),
      }),
      ...olderLogRoutes({ fleet, readThrough }),
      ...protectionRoutes({ fleet, rules: protection }),
      ...bulkRoutes({ fleet, bulk, can }),
      ...actionRoutes({
        ...{ fleet, actions, can, permissionFor },
        list: ({ orgId }, filter) => storage.org(orgId).actions.list(filter),
        deniedOverride: (requester, verb, resource) => recordDenied(denials, requester, { verb, resource }),
      }),
    ],
    files,
    readiness: { database: () => storage.ping() },
    metricsToken: config.metricsToken,
    renderMetrics: () => metrics.render(),
    authenticate: (headers, from) => callers.authenticate(headers, from),
    observe: ({ seconds, status, ...labels }) => {
      metrics.requestSeconds.observe({ ...labels, status: String(status) }, seconds);
    },
    guard: (...asked) => demandOrRecord(denials, ...asked),
    checkOrigin: (request) => origin.checkRequest(request),
    clientAddress,
    logger: { error: (fields, message) => logger.error(fields, message) },
  });

  const answer = getRequestListener(app.fetch);
  const server = createServer((request, response) => void answer(request, response));
  server.on("upgrade", (request, stream, head) => void gateway.upgrade(request, stream, head));
  port = await listen(server, config);

  if (config.adminEmail !== null && config.adminPassword !== null) {
    await people.firstRun.claimFor({ email: config.adminEmail, password: config.adminPassword });
  }
  const setupToken = await people.firstRun.offerSetupToken();
  const [firstOrg] = await storage.system.orgs.list();
  if (firstOrg !== undefined) claimed.resolve(firstOrg.orgId);
  logger.info({ url: hubUrl(), version: VERSION }, "hub is ready");

  const running = opened.move();
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ setupToken, recoveryKey },
    claimed: claimed.promise,
    createLocalHost: async (orgId, name) => {
      const requester = {
        orgId,
        actor: { type: "hub" as const, id: null, name: "yardarm up" },
        address: null,
      };
      const issued = await people.enrollment.createHost(requester, { name, projectId: null });
      await reports.refresh(orgId, issued.hostId);
      return issued;
    },
    stop: async () => {
      logger.info("hub is stopping");
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      gateway.drain();
      const forced = setTimeout(() => server.closeAllConnections(), config.drainSeconds * 1000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(forced);
      await relay.settled().catch(report);
      await running.disposeAsync().catch(report);
    },
  };
};
