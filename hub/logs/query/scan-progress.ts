import type { ScanProgress } from "@yardarm/protocol/api/logs";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import type { LogsSince } from "../retention.ts";
import type { LineFilter } from "./scan/line-filter.ts";

/** Says how far a scan from the newest line backwards got. */
export const scanProgress = (facts: {
  readonly containers: readonly { readonly containerId: ContainerId; readonly hostId: HostId }[];
  readonly since: ReadonlyMap<ContainerId, LogsSince>;
  readonly filter: LineFilter;
  readonly stoppedBy: ScanProgress["stoppedBy"];
  /** How far it got when it did not come to the end. */
  readonly scannedBackToNs: bigint | null;
  readonly bytesScanned: number;
  readonly unreadableLines: number;
  readonly evictedMeanwhile?: boolean;
}): ScanProgress => {
  const { containers, since, filter, stoppedBy, bytesScanned, unreadableLines } = facts;
  const isComplete = stoppedBy === "end";
  const backToNs = isComplete ? oldestOf(since, filter) : facts.scannedBackToNs;
  const isDone = (containerId: ContainerId): boolean => {
    const stored = since.get(containerId);
    return isComplete || stored === undefined || (backToNs !== null && stored.firstTsNs >= backToNs);
  };
  const open = containers.filter(({ containerId }) => !isDone(containerId));
  const hosts = new Set(containers.map(({ hostId }) => hostId));
  return {
    scannedBackToNs: backToNs?.toString() ?? null,
    isComplete,
    bytesScanned,
    containersDone: containers.length - open.length,
    containersTotal: containers.length,
    hostsDone: hosts.size - new Set(open.map(({ hostId }) => hostId)).size,
    hostsTotal: hosts.size,
    stoppedBy,
    unreadableLines,
    ...(facts.evictedMeanwhile === true ? { evictedMeanwhile: true as const } : {}),
  };
};

/** The oldest instant that there was to scan. */
const oldestOf = (since: ReadonlyMap<ContainerId, LogsSince>, { sinceNs }: LineFilter): bigint | null => {
  let oldest: bigint | null = null;
  for (const { firstTsNs } of since.values()) if (oldest === null || firstTsNs < oldest) oldest = firstTsNs;
  return oldest !== null && sinceNs !== null && sinceNs > oldest ? sinceNs : oldest;
};
