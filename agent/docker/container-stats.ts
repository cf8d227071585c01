/** `GET /containers/{id}/stats`, one sample: the engine's cumulative counters, still without any formula. */
import { arrayAt, asObject, type JsonObject, numberAt, objectAt, positiveAt, textAt } from "./json-fields.ts";
import { parseTimestampNs } from "./timestamps.ts";

export type ContainerStats = {
  /** When the engine read the counters. */
  readonly readAtNs: bigint;
  readonly cpuTotalNs: number | null;
  /** Processor time of the whole host; `null` where the engine does not say. */
  readonly systemCpuNs: number | null;
  readonly onlineCpus: number;
  readonly memoryUsageBytes: number | null;
  /** The engine clamps it to the host's memory. */
  readonly memoryLimitBytes: number | null;
  /** cgroup v1's key, then v2's; whichever the engine sent. */
  readonly totalInactiveFileBytes: number | null;
  readonly inactiveFileBytes: number | null;
  /** `null` = the engine sent no networks: host or none mode. */
  readonly networkRxBytes: number | null;
  readonly networkTxBytes: number | null;
  readonly blockReadBytes: number | null;
  readonly blockWriteBytes: number | null;
  readonly pids: number | null;
  readonly cpuPeriods: number | null;
  readonly throttledPeriods: number | null;
};

/** `null` for a container that does not run: the engine then answers 200 with a `read` of year 0001 and zeros. */
export const decodeContainerStats = (answer: unknown): ContainerStats | null => {
  const fields = asObject(answer);
  const readAtNs = parseTimestampNs(textAt(fields, "read"));
  if (readAtNs === null) return null;
  const cpu = objectAt(fields, "cpu_stats");
  const usage = objectAt(cpu, "cpu_usage");
  const throttling = objectAt(cpu, "throttling_data");
  const memory = objectAt(fields, "memory_stats");
  const memoryDetails = objectAt(memory, "stats");
  const networks = Object.values(objectAt(fields, "networks")).map(asObject);
  const transfers = arrayAt(objectAt(fields, "blkio_stats"), "io_service_bytes_recursive").map(asObject);
  return {
    readAtNs,
    cpuTotalNs: positiveAt(usage, "total_usage"),
    systemCpuNs: positiveAt(cpu, "system_cpu_usage"),
    onlineCpus: positiveAt(cpu, "online_cpus") ?? arrayAt(usage, "percpu_usage").length,
    memoryUsageBytes: positiveAt(memory, "usage"),
    memoryLimitBytes: positiveAt(memory, "limit"),
    totalInactiveFileBytes: numberAt(memoryDetails, "total_inactive_file"),
    inactiveFileBytes: numberAt(memoryDetails, "inactive_file"),
    networkRxBytes: networks.length === 0 ? null : sumOf(networks, "rx_bytes"),
    networkTxBytes: networks.length === 0 ? null : sumOf(networks, "tx_bytes"),
    blockReadBytes: transferred(transfers, "r"),
    blockWriteBytes: transferred(transfers, "w"),
    pids: positiveAt(objectAt(fields, "pids_stats"), "current"),
    cpuPeriods: numberAt(throttling, "periods"),
    throttledPeriods: numberAt(throttling, "throttled_periods"),
  };
};

const sumOf = (entries: readonly JsonObject[], key: string): number =>
  entries.reduce((sum, entry) => sum + (numberAt(entry, key) ?? 0), 0);

/** By the first letter of `op` in either case, as the docker CLI; no entries at all is an honest zero there too. */
const transferred = (entries: readonly JsonObject[], letter: "r" | "w"): number =>
  sumOf(
    entries.filter((entry) => textAt(entry, "op").toLowerCase().startsWith(letter)),
    "value",
  );
