/** A container as the hub is told of it: what the engine says, cut to the limits of the wire. */
import type { ReportedContainer } from "@yardarm/protocol/container";
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerDetails } from "../docker/container-details.ts";

/** All labels of one container together, keys and values; Yardarm's and compose's own are taken first. */
export const LABEL_BYTES = 16 * 1024;
const LABEL_KEY_CHARACTERS = 512;
const LABEL_VALUE_CHARACTERS = 4_096;
const PORTS = 256;

/** Options of a log driver may hold credentials (Splunk, Fluentd, AWS), so only those that govern rotation are told. */
const TOLD_LOG_OPTIONS = new Set([
  "max-size",
  "max-file",
  "compress",
  "mode",
  "max-buffer-size",
  "cache-disabled",
  "cache-max-size",
  "cache-max-file",
]);

/** `ownDockerId` is the container in which this agent runs, or `null` when it runs in none. */
export const reportContainer = (details: ContainerDetails, ownDockerId: DockerId | null): ReportedContainer => ({
  dockerId: details.dockerId,
  name: cut(details.name, 256),
  image: cut(details.image, 1_024),
  imageId: cut(details.imageId, 256),
  state: details.state,
  health: details.health,
  exitCode: details.exitCode === null ? null : wholeNumber(details.exitCode),
  oomKilled: details.oomKilled,
  createdAtNs: String(details.createdAtNs),
  startedAtNs: details.startedAtNs === null ? null : String(details.startedAtNs),
  finishedAtNs: details.finishedAtNs === null ? null : String(details.finishedAtNs),
  restartCount: Math.max(0, wholeNumber(details.restartCount)),
  labels: reportLabels(details.labels),
  ports: details.ports
    .filter((port) => isPort(port.containerPort) && isPort(port.hostPort ?? 0))
    .slice(0, PORTS)
    .map((port) => ({ ...port, protocol: cut(port.protocol, 16), hostIp: port.hostIp && cut(port.hostIp, 64) })),
  networkMode: cut(details.networkMode, 256),
  tty: details.tty,
  logDriver: cut(details.logDriver, 64),
  logOptions: reportLogOptions(details.logOptions),
  memoryLimitBytes: details.memoryLimitBytes,
  cpuLimitCores: details.cpuLimitCores,
  stopGraceSeconds: details.stopGraceSeconds === null ? null : wholeNumber(details.stopGraceSeconds),
  compose: reportCompose(details.labels),
  isAgent: details.dockerId === ownDockerId,
});

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535;

const wholeNumber = (value: number): number =>
  Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(value)));

/** At most `characters` UTF-16 units, never ending in half a surrogate pair. */
const cut = (text: string, characters: number): string => {
  if (text.length <= characters) return text;
  const last = text.charCodeAt(characters - 2);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, characters - (isHighSurrogate ? 2 : 1))}…`;
};

/** Lower comes first into the budget. */
const labelRank = (key: string): number =>
  key.startsWith("yardarm.") ? 0 : key.startsWith("com.docker.compose.") || key.startsWith("dev.dozzle.") ? 1 : 2;

const reportLabels = (labels: Readonly<Record<string, string>>): Record<string, string> => {
  const reported: Record<string, string> = {};
  let bytes = 0;
  const keys = Object.keys(labels).filter((key) => key.length <= LABEL_KEY_CHARACTERS);
  keys.sort((a, b) => labelRank(a) - labelRank(b) || (a < b ? -1 : 1));
  for (const key of keys) {
    const value = cut(labels[key] ?? "", LABEL_VALUE_CHARACTERS);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (bytes > LABEL_BYTES) break;
    reported[key] = value;
  }
  return reported;
};

const reportLogOptions = (options: Readonly<Record<string, string>>): Record<string, string> => {
  const told = Object.entries(options).filter(([key]) => TOLD_LOG_OPTIONS.has(key));
  return Object.fromEntries(told.map(([key, value]) => [key, cut(value, 256)]));
};

const reportCompose = (labels: Readonly<Record<string, string>>): ReportedContainer["compose"] => {
  const project = labels["com.docker.compose.project"];
  const service = labels["com.docker.compose.service"];
  if (project === undefined || service === undefined) return null;
  const number = Number(labels["com.docker.compose.container-number"]);
  return {
    project: cut(project, 256),
    service: cut(service, 256),
    number: Number.isSafeInteger(number) ? number : null,
  };
};
