/** A container as the engine lists and inspects it, with its oddities smoothed: Podman's states, zero times, 0 = unset. */
import type { ContainerState, Health } from "@yardarm/protocol/container";
import { asId, DOCKER_ID_PATTERN, type DockerId } from "@yardarm/protocol/ids";
import {
  arrayAt,
  asObject,
  booleanAt,
  type JsonObject,
  numberAt,
  objectAt,
  positiveAt,
  textAt,
  textRecord,
} from "./json-fields.ts";
import { parseTimestampNs } from "./timestamps.ts";

export type ContainerPort = {
  readonly containerPort: number;
  readonly protocol: string;
  /** `null` = exposed, but not published. */
  readonly hostIp: string | null;
  readonly hostPort: number | null;
};

export type ContainerSummary = {
  readonly dockerId: DockerId;
  readonly name: string;
};

export type ContainerDetails = {
  readonly dockerId: DockerId;
  /** Without the leading slash. */
  readonly name: string;
  /** As the user wrote it, "nginx:1.27". */
  readonly image: string;
  readonly imageId: string;
  readonly state: ContainerState;
  readonly health: Health;
  /** `null` while running and before the first start. */
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly createdAtNs: bigint;
  readonly startedAtNs: bigint | null;
  readonly finishedAtNs: bigint | null;
  /** Restarts by the policy since the last start by hand; not ours. */
  readonly restartCount: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
  readonly networkMode: string;
  /** With a TTY the log stream has no framing and everything is stdout. */
  readonly tty: boolean;
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
  readonly memoryLimitBytes: number | null;
  /** The tightest of quota ÷ period and the size of the CPU set. */
  readonly cpuLimitCores: number | null;
  /** The container's own stop grace; `null` = the engine's default of 10 s, negative = for ever. */
  readonly stopGraceSeconds: number | null;
  /** The first process, as the engine's host counts; `null` while not running. */
  readonly pid: number | null;
  /** The json-file driver's file on the engine's host; `null` for other drivers. */
  readonly logPath: string | null;
};

/** Decodes `/containers/json`; entries without a full id are left out. */
export const decodeContainerList = (answer: unknown): readonly ContainerSummary[] => {
  const summaries: ContainerSummary[] = [];
  for (const entry of Array.isArray(answer) ? answer : []) {
    const fields = asObject(entry);
    const id = textAt(fields, "Id");
    const [name] = arrayAt(fields, "Names");
    if (DOCKER_ID_PATTERN.test(id))
      summaries.push({ dockerId: asId(id), name: bareName(typeof name === "string" ? name : "") });
  }
  return summaries;
};

/** Decodes `/containers/{id}/json`; `null` when the answer carries no full id. */
export const decodeContainerDetails = (answer: unknown): ContainerDetails | null => {
  const fields = asObject(answer);
  const id = textAt(fields, "Id");
  if (!DOCKER_ID_PATTERN.test(id)) return null;
  const config = objectAt(fields, "Config");
  const hostConfig = objectAt(fields, "HostConfig");
  const logConfig = objectAt(hostConfig, "LogConfig");
  const state = objectAt(fields, "State");
  const startedAtNs = parseTimestampNs(textAt(state, "StartedAt"));
  const status = decodeState(textAt(state, "Status"));
  const isRunning = status === "running" || status === "paused";
  return {
    dockerId: asId(id),
    name: bareName(textAt(fields, "Name")),
    image: textAt(config, "Image"),
    imageId: textAt(fields, "Image"),
    state: status,
    health: decodeHealth(state),
    exitCode: isRunning || startedAtNs === null ? null : numberAt(state, "ExitCode"),
    oomKilled: booleanAt(state, "OOMKilled"),
    createdAtNs: parseTimestampNs(textAt(fields, "Created")) ?? 0n,
    startedAtNs,
    finishedAtNs: parseTimestampNs(textAt(state, "FinishedAt")),
    restartCount: numberAt(fields, "RestartCount") ?? 0,
    labels: textRecord(config.Labels),
    ports: decodePorts(objectAt(objectAt(fields, "NetworkSettings"), "Ports")),
    networkMode: textAt(hostConfig, "NetworkMode"),
    tty: booleanAt(config, "Tty"),
    logDriver: textAt(logConfig, "Type"),
    logOptions: textRecord(logConfig.Config),
    memoryLimitBytes: positiveAt(hostConfig, "Memory"),
    cpuLimitCores: decodeCpuLimit(hostConfig),
    stopGraceSeconds: numberAt(config, "StopTimeout"),
    pid: positiveAt(state, "Pid"),
    logPath: textAt(fields, "LogPath") || null,
  };
};

const bareName = (name: string): string => (name.startsWith("/") ? name.slice(1) : name);

const STATES: Readonly<Record<string, ContainerState>> = {
  created: "created",
  running: "running",
  paused: "paused",
  restarting: "restarting",
  removing: "removing",
  exited: "exited",
  dead: "dead",
  // Podman's own words, in case its compatible API lets them through.
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

const decodeState = (status: string): ContainerState => STATES[status] ?? "dead";

const decodeHealth = (state: JsonObject): Health => {
  const status = textAt(objectAt(state, "Health"), "Status") || textAt(objectAt(state, "Healthcheck"), "Status");
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";
};

const decodePorts = (ports: JsonObject): readonly ContainerPort[] => {
  const result: ContainerPort[] = [];
  for (const [key, bindings] of Object.entries(ports)) {
    const [number = "", protocol = "tcp"] = key.split("/");
    const containerPort = Number(number);
    if (!Number.isInteger(containerPort)) continue;
    const published = Array.isArray(bindings) ? bindings : [];
    if (published.length === 0) result.push({ containerPort, protocol, hostIp: null, hostPort: null });
    for (const binding of published) {
      const fields = asObject(binding);
      const hostPort = Number(textAt(fields, "HostPort"));
      result.push({
        containerPort,
        protocol,
        hostIp: textAt(fields, "HostIp"),
        hostPort: hostPort > 0 ? hostPort : null,
      });
    }
  }
  return result.sort((a, b) => a.containerPort - b.containerPort);
};

const DEFAULT_PERIOD_US = 100_000;

const decodeCpuLimit = (hostConfig: JsonObject): number | null => {
  const limits: number[] = [];
  const nanoCpus = positiveAt(hostConfig, "NanoCpus");
  if (nanoCpus !== null) limits.push(nanoCpus / 1e9);
  const quotaUs = positiveAt(hostConfig, "CpuQuota");
  if (quotaUs !== null) limits.push(quotaUs / (positiveAt(hostConfig, "CpuPeriod") ?? DEFAULT_PERIOD_US));
  const setSize = countCpuSet(textAt(hostConfig, "CpusetCpus"));
  if (setSize > 0) limits.push(setSize);
  return limits.length === 0 ? null : Math.min(...limits);
};

/** The number of CPUs in "0-3,8"; 0 for an empty or malformed set. */
const countCpuSet = (cpuSet: string): number => {
  let count = 0;
  for (const part of cpuSet.split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (match !== null) count += Math.max(0, Number(match[2] ?? match[1]) - Number(match[1]) + 1);
  }
  return count;
};
