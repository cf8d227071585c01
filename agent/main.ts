/**
 * The agent: reads its configuration, proves who it is, connects to its hub, and looks at its engine until it is stopped.
 * Everything below is wiring; each part lives in its folder. Above 300 lines because it is one list of what is passed to what.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import type { AgentUp } from "@yardarm/protocol/agent-up/up";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from "@yardarm/protocol/protocol-version";
import { type AgentConfig, readConfig } from "./config.ts";
import { establishIdentity } from "./enrollment.ts";
import { ActionHandler } from "./handlers/action-handler.ts";
import type { HubMessage } from "./hub-client/connection.ts";
import { dialHub } from "./hub-client/dial.ts";
import { HubClient, type HubClientState } from "./hub-client/hub-client.ts";
import { AgentKeys, keyFingerprintOf } from "./identity/agent-keys.ts";
import { keySetFingerprint } from "./identity/hub-keys.ts";
import { saveIdentity } from "./identity/identity.ts";
import { KeyRotation } from "./identity/key-rotation.ts";
import { repin } from "./identity/repin.ts";
import { rotateKey } from "./identity/rotate-key.ts";
import { openStateDirectory } from "./identity/state-directory.ts";
import { Inventory } from "./inventory/inventory.ts";
import { findOwnContainer } from "./inventory/own-container.ts";
import { reportContainer } from "./inventory/report-container.ts";
import { ActionJournal } from "./journal/action-journal.ts";
import { LateEngine } from "./late-engine.ts";
import { createLogger, type Logger } from "./logger.ts";
import { ApiSource } from "./logs/api-source.ts";
import { isWriting, runStateOf } from "./logs/container-run.ts";
import { FileSource } from "./logs/file/file-source.ts";
import { compress, LogManager, refusalByLabel } from "./logs/log-manager.ts";
import { HostLogSources } from "./logs/log-sources.ts";
import { ReadThrough } from "./logs/read-through/read-through.ts";
import { describeMachine } from "./machine.ts";
import { MetricsFeed } from "./metrics-feed.ts";
import { watchParent } from "./parent-watch.ts";
import { HostPolicy } from "./policy/host-policy.ts";
import { POLICY_FILE, readPolicyFile } from "./policy/policy-file.ts";
import { refusalOf } from "./policy/protection.ts";
import { KeptProtection } from "./policy/protection-order.ts";
import { makeRedactor } from "./policy/redactor.ts";
import { systemClock } from "./system-clock.ts";
import { AGENT_VERSION } from "./version.ts";

export type AgentOptions = {
  readonly config: AgentConfig;
  readonly logger: Logger;
};

export interface RunningAgent {
  /** Settles when the agent has ended: rejects, with a sentence, when it could not go on. */
  readonly ended: Promise<void>;
  /** Sends what it has taken, lets running actions end for a few seconds, and closes. Never rejects. */
  stop(): Promise<void>;
}

/** How long running actions may hold up a stop; the engine carries on with them in any case. */
const ACTION_DRAIN_MS = 5_000;

/** Starts an agent in this process. It neither reads the environment nor ends the process. */
export const runAgent = ({ config, logger }: AgentOptions): RunningAgent => {
  const stopping = new AbortController();
  const ended = live({ config, logger }, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    ended,
    async stop() {
      stopping.abort(new ProtocolError("draining", "The agent stops."));
      await ended.catch(() => {});
    },
  };
};

const live = async ({ config, logger }: AgentOptions, signal: AbortSignal): Promise<void> => {
  const policy = new HostPolicy(readPolicyFile(config.policy));
  if (policy.invalidReason !== null) logger.error("This host is read-only.", { reason: policy.invalidReason });
  const directory = openStateDirectory(config.stateDirectory);
  const identity = await establishIdentity(config, directory, logger, signal);
  const keys = new AgentKeys(directory, identity);
  const journal = new ActionJournal(join(directory.path, "actions.journal"), systemClock.nowNs());
  const protection = new KeptProtection({
    ...{ hubId: identity.hubId, hostId: identity.hostId, directory },
    isSigned: (purpose, signed) => identity.hubKeys.isSigned(purpose, signed),
  });
  const engine = new LateEngine(config.engine);
  const ownDockerId = findOwnContainer();
  const random = Math.random;
  const send = (message: AgentUp): boolean => hub.send(message);

  const inventory = new Inventory({
    engine,
    clock: systemClock,
    send,
    ownDockerId,
    random,
  });
  const metrics = new MetricsFeed({
    engine,
    targets: () => Array.from(inventory.records.values(), ({ details }) => details),
    send,
  });
  const sources = new HostLogSources({
    file: new FileSource({
      place: () => ({ endpoint: engine.endpoint, identity: inventory.engineIdentity }),
      inspect: ({ dockerId }) => runStateOf(() => engine.inspectContainer(dockerId)),
    }),
    api: new ApiSource(engine),
    prefer: config.logSource,
  });
  const redaction = makeRedactor(policy.redact);
  const describe = (dockerId: DockerId) => inventory.records.get(dockerId)?.details ?? null;
  const logs = new LogManager({
    ...{ sources, describe, redaction },
    inspect: async (dockerId) => runStateOf(() => engine.inspectContainer(dockerId)),
    send,
    sendFrame: (frame) => hub.sendFrame(frame),
    clock: systemClock,
    random,
    rate: config.logRate,
    readers: config.logReaders,
    refuse: (container) => policy.refuseLogs(container),
  });
  const readThrough = new ReadThrough({
    ...{ sources, describe, redaction },
    hubId: identity.hubId,
    hostId: identity.hostId,
    isSigned: (purpose, signed) => identity.hubKeys.isSigned(purpose, signed),
    mayRead: (container) => policy.mayReadThrough(container) && refusalByLabel(container) === null,
    sendFrame: (frame) => hub.sendFrame(frame),
    compress,
    clock: systemClock,
  });
  const actions = new ActionHandler({
    hubId: identity.hubId,
    hostId: identity.hostId,
    engine,
    journal,
    isSigned: (purpose, signed) => identity.hubKeys.isSigned(purpose, signed),
    sign: (purpose, payload) => keys.current.sign(purpose, payload),
    send,
    refuse: (question) =>
      refusalOf({ policy, rules: protection.current }, { ...question, isAgent: question.dockerId === ownDockerId }),
    report: (details) => reportContainer(details, ownDockerId),
    clock: systemClock,
  });

  const rotation = new KeyRotation({
    ...{ keys, send },
    hubId: identity.hubId,
    hostId: identity.hostId,
    isSigned: (purpose, signed) => identity.hubKeys.isSigned(purpose, signed),
    redial: () => hub.redial(),
    replaced: (publicKey) =>
      logger.warn("This agent has another key now.", { fingerprint: keyFingerprintOf(publicKey) }),
  });

  const parts = { inventory, metrics, logs, readThrough, actions, protection, rotation, keys };
  const hub = new HubClient({
    dial: dialHub({
      hubUrl: config.hubUrl,
      hubId: identity.hubId,
      hostId: identity.hostId,
      keys: () => keys.candidates,
      proved: (key) => rotation.proved(key),
    }),
    clock: systemClock,
    random,
    hubId: identity.hubId,
    hostId: identity.hostId,
    isSigned: (purpose, signed) => identity.hubKeys.isSigned(purpose, signed),
    followKeys: (changes) => {
      const followed = changes.filter((change) => identity.hubKeys.follow(change));
      if (followed.length === 0) return;
      saveIdentity(directory, identity);
      logger.warn("The hub has other keys; the ones pinned before vouch for them.", {
        fingerprint: keySetFingerprint(identity.hubKeys.text),
      });
    },
    hello: (sessionNonce) => ({
      type: "hello",
      protocol: { min: OLDEST_PROTOCOL_VERSION, max: PROTOCOL_VERSION },
      agentVersion: AGENT_VERSION,
      sessionNonce,
      machine: describeMachine(),
      engine: inventory.engineState,
      metricsBackend: metrics.backend,
      policy: policy.summary,
      clockNs: String(systemClock.nowNs()),
      witness: journal.witness,
    }),
    onState: (state) => followState(state, parts, logger),
    onMessage: (message) => dispatch(message, parts, logger),
  });

  inventory.subscribe({
    changed: ({ details }, previous) => {
      const isStarted = previous !== null && previous.details.startedAtNs !== details.startedAtNs;
      if (isStarted) logs.containerStarted(details.dockerId);
      if (previous !== null && isWriting(previous.details) && !isWriting(details))
        logs.containerStopped(details.dockerId);
    },
    removed: ({ details }) => logs.containerRemoved(details.dockerId),
    engine: (state) => {
      if (state.state === "unreachable") logger.warn(state.message, { code: state.code });
      else
        logger.info("The engine answers.", { kind: state.kind, version: state.version, apiVersion: state.apiVersion });
      const { engineIdentity } = inventory;
      if (engine.endpoint !== null && engineIdentity !== null)
        metrics.engineFound(engine.endpoint, engineIdentity, signal);
    },
  });

  hub.start();
  await inventory.run(signal);
  logs.flush();
  await Promise.race([actions.idle(), delay(ACTION_DRAIN_MS, undefined, { ref: false })]);
  await hub.stop();
  logs.stop();
  journal.close();
  engine.close();
};

type Parts = {
  readonly inventory: Inventory;
  readonly metrics: MetricsFeed;
  readonly logs: LogManager;
  readonly readThrough: ReadThrough;
  readonly actions: ActionHandler;
  readonly protection: KeptProtection;
  readonly rotation: KeyRotation;
  readonly keys: AgentKeys;
};

const followState = (
  state: HubClientState,
  { inventory, metrics, logs, readThrough, actions, rotation, keys }: Parts,
  logger: Logger,
): void => {
  switch (state.state) {
    case "online": {
      const { session, hubClock } = state;
      const { orgId, sessionNonce, epoch, enrolledAtNs } = session;
      logger.info("Connected to the hub.", { nodeId: session.nodeId, epoch, clockSkewMs: hubClock.skewMs });
      rotation.online(sessionNonce);
      actions.online({ orgId, sessionNonce, hubNowNs: () => hubClock.nowNs() });
      readThrough.online({ orgId, sessionNonce, hubNowNs: () => hubClock.nowNs() });
      logs.online(hubClock.toLocalNs(BigInt(enrolledAtNs)));
      inventory.sendSnapshot();
      return;
    }
    case "waiting":
      logger.warn("Not connected to the hub; it is tried again.", {
        code: state.error.code,
        reason: state.error.message,
        delayMs: state.delayMs,
        ...(state.error.code === "approval_pending" ? { fingerprint: keyFingerprintOf(keys.current.publicKey) } : {}),
      });
      rotation.offline();
      actions.offline();
      logs.offline();
      readThrough.offline();
      metrics.watch([], 1_000);
      return;
    case "idle":
    case "connecting":
    case "stopped":
  }
};

const dispatch = (
  message: HubMessage,
  { inventory, metrics, logs, readThrough, actions, protection, rotation }: Parts,
  logger: Logger,
): void => {
  switch (message.type) {
    case "protection.rules":
      try {
        protection.take(message);
      } catch (error) {
        logger.error("Protection rules could not be taken or kept.", { reason: String(error) });
      }
      return;
    case "key.rotate":
      rotation.take(message);
      return;
    case "key.accepted":
      rotation.accepted(message);
      return;
    case "inventory.request":
      inventory.sendSnapshot();
      return;
    case "log.assign":
    case "log.rewind":
    case "log.stream.start":
    case "log.stream.stop":
    case "ack":
      logs.take(message);
      return;
    case "log.read":
      readThrough
        .take(message)
        .catch((error: unknown) => logger.error("A page could not be read.", { reason: String(error) }));
      return;
    case "log.read.cancel":
      readThrough.cancel(message);
      return;
    case "metrics.watch":
      metrics.watch(message.dockerIds, message.intervalMs);
      return;
    case "action":
    case "action.query": {
      const taken = message.type === "action" ? actions.take(message) : actions.query(message);
      taken.catch((error: unknown) => logger.error("An action could not be answered.", { reason: String(error) }));
    }
  }
};

const USAGE = `yardarm-agent ${AGENT_VERSION}

  rotate-key            use another key from the next connection on
  repin FILE            trust the hub's keys in FILE, which "yardarm keys export" wrote, instead of those pinned before

Configuration comes from the environment:
  AGENT_API_URL         the hub's address (required)
  AGENT_TOKEN_FILE      a file that holds the join token; AGENT_TOKEN holds it itself
  AGENT_STATE_DIR       where the agent keeps its key (0700)
  AGENT_LOG_LEVEL       debug, info, warn or error
  AGENT_LOG_SOURCE      "api" never reads the engine's log files, only its API; default "auto"
  AGENT_LOG_RATE        lines per second that are read of one container, "off" for no limit; default 20000
  AGENT_LOG_READERS     containers whose logs are read at the same time; default 500
  AGENT_POLICY_FILE     what this host allows, instead of ${POLICY_FILE}
  AGENT_ALLOW_INSECURE  1 allows plain HTTP beyond this machine
  DOCKER_HOST           the engine, as for the docker command
`;

/** The process: environment in, signals and exit code out. */
const start = async (): Promise<number> => {
  const [argument, file] = process.argv.slice(2);
  if (argument === "--version" || argument === "--help") {
    console.log(argument === "--version" ? AGENT_VERSION : USAGE);
    return 0;
  }
  // The young generation would grow to tens of MB over time and never shrink; what an agent keeps for long is small, so
  // it stays at its first size (`agent-footprint`: 10 MB less, the same CPU).
  setFlagsFromString("--semi-space-growth-factor=1");
  try {
    const config = readConfig(process.env);
    if (argument === "repin") {
      if (file === undefined) throw new Error("Name the file that «yardarm keys export» wrote.");
      console.log(repin(config.stateDirectory, file));
      return 0;
    }
    if (argument === "rotate-key") {
      console.log(rotateKey(config.stateDirectory));
      return 0;
    }
    // Nothing that this process starts needs it.
    delete process.env.AGENT_TOKEN;
    const logger = createLogger(config.logLevel, (line) => process.stdout.write(line));
    const agent = runAgent({ config, logger });
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => void agent.stop());
    if (process.env.AGENT_EXIT_WITH_PARENT === "1" || process.connected) watchParent(() => void agent.stop());
    await agent.ended;
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
};

if (import.meta.main) process.exit(await start());
