import type { HistogramResponse } from "@yardarm/protocol/api/logs";
import type { OrgId } from "@yardarm/protocol/ids";
import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { groupChunks, mapInOrder, unreadableLinesOf } from "./chunk-groups.ts";
import type { LineFilter } from "./scan/line-filter.ts";
import { SCAN_BUDGET, ScanBudget } from "./scan-budget.ts";
import { scanProgress } from "./scan-progress.ts";
import { type QueryTools, SCANS_AHEAD, type SearchedContainer } from "./search-logs.ts";

export interface HistogramQuery {
  readonly orgId: OrgId;
  readonly container: SearchedContainer;
  readonly filter: LineFilter;
  readonly buckets: number;
  readonly nowNs: bigint;
  readonly signal: AbortSignal;
}

/** Counts lines by level and time, newest first, within the budget. Losses are no lines. */
export const countLines = async (tools: QueryTools, query: HistogramQuery): Promise<HistogramResponse> => {
  const { logs, pool, nowMs } = tools;
  const { orgId, container, filter, buckets, signal } = query;
  const { containerId } = container;
  const containerIds = [containerId];
  const [since, cursors] = await Promise.all([logs.since(orgId, containerIds), logs.cursors(orgId, containerIds)]);
  const lastNs = BigInt(cursors.get(containerId)?.tsNs ?? 0);
  const toNs = filter.untilNs ?? (lastNs >= query.nowNs ? lastNs + 1n : query.nowNs);
  const storedNs = since.get(containerId)?.firstTsNs;
  const fromNs = filter.sinceNs ?? (storedNs !== undefined && storedNs < toNs ? storedNs : toNs - 1n);
  const count = BigInt(buckets);
  const bucketNs = (toNs - fromNs + count - 1n) / count;
  const bounded: LineFilter = { ...filter, sinceNs: fromNs, untilNs: toNs };
  const sums = new Float64Array(LEVEL_NAMES.length * buckets);
  const budget = new ScanBudget(tools.budget ?? SCAN_BUDGET, nowMs);
  const scan = pool.open(orgId, bounded);
  let stoppedBy: "budget" | "end" = "end";
  let scannedBackToNs: bigint | null = null;
  let unreadableLines = 0;
  try {
    const reads = logs.chunks({
      ...{ orgId, containerIds, order: "newest", signal, sinceNs: fromNs, untilNs: toNs },
      ...(filter.levelMask === null ? {} : { levelMask: filter.levelMask }),
    });
    const answers = mapInOrder(groupChunks(reads, budget.limitBytes), SCANS_AHEAD, (group) =>
      scan.run<"histogram">({ kind: "histogram", fromNs, bucketNs, buckets }, group.chunks),
    );
    for await (const [group, { result, unreadable }] of answers) {
      signal.throwIfAborted();
      budget.spend(group.rawBytes);
      unreadableLines += unreadableLinesOf(group, unreadable);
      for (const [at, lines] of result.counts.entries()) sums[at] = (sums[at] as number) + lines;
      if (!budget.isSpent || group.next === null) continue;
      stoppedBy = "budget";
      scannedBackToNs = group.next.maxTsNs + 1n;
      break;
    }
  } finally {
    scan.close();
  }
  const counts: HistogramResponse["counts"] = {};
  for (const [level, name] of LEVEL_NAMES.entries()) {
    const column = [...sums.subarray(level * buckets, (level + 1) * buckets)];
    if (column.some((lines) => lines > 0)) counts[name] = column;
  }
  return {
    fromNs: fromNs.toString(),
    toNs: toNs.toString(),
    bucketNs: bucketNs.toString(),
    counts,
    total: sums.reduce((sum, lines) => sum + lines, 0),
    progress: scanProgress({
      ...{ containers: [container], since, filter: bounded, stoppedBy, scannedBackToNs, unreadableLines },
      bytesScanned: budget.rawBytes,
    }),
  };
};
