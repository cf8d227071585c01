/** One reading of one container, whoever took it: cumulative counters and present values, still without any rate. */
import type { ContainerDetails } from "../docker/container-details.ts";

export type Counters = {
  /** When it was taken, on the backend's own clock: comparable only with readings of the same backend. */
  readonly takenAtMs: number;
  readonly cpuNs: number | null;
  readonly memoryUsedBytes: number | null;
  /** An unlimited container's limit is the memory of the machine. */
  readonly memoryLimitBytes: number | null;
  /** `null` in host and none mode, where the counters would be somebody else's. */
  readonly networkRxBytes: number | null;
  readonly networkTxBytes: number | null;
  readonly blockReadBytes: number | null;
  readonly blockWriteBytes: number | null;
  readonly pids: number | null;
  /** Scheduler periods so far, and those in which the quota ran out; both 0 without a quota. */
  readonly cpuPeriods: number | null;
  readonly throttledPeriods: number | null;
};

/** What the cgroup files say; time and network come from elsewhere. An absent memory limit is `null` here. */
export type CgroupCounters = Omit<Counters, "takenAtMs" | "networkRxBytes" | "networkTxBytes">;

/** What a backend must know of a container; `pid` is the engine host's number. */
export type MetricsTarget = Pick<ContainerDetails, "dockerId" | "state" | "startedAtNs" | "pid" | "networkMode">;

/**
 * Memory as the docker CLI counts it: usage without inactive file cache, by cgroup v1's key (`total_inactive_file`) or
 * else v2's (`inactive_file`), each only while smaller than the usage.
 */
export const memoryUsed = (usage: number | null, totalInactiveFile: number | null, inactiveFile: number | null) => {
  if (usage === null) return null;
  if (totalInactiveFile !== null && totalInactiveFile < usage) return usage - totalInactiveFile;
  if (inactiveFile !== null && inactiveFile < usage) return usage - inactiveFile;
  return usage;
};

/** Every network of these modes is somebody else's or nobody's. */
export const hasOwnNetwork = (networkMode: string): boolean => networkMode !== "host" && networkMode !== "none";
