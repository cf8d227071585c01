import type { LogRange, PositionResponse } from "@yardarm/protocol/api/logs";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { groupChunks } from "./chunk-groups.ts";
import { EVERY_LINE } from "./scan/line-filter.ts";
import type { FoundLine } from "./scan/scan-job.ts";
import type { QueryTools } from "./search-logs.ts";
import type { StoredLogs } from "./stored-logs.ts";

/**
 * The first stored line at or after an instant, in the order of the containers (generations of a workload, oldest first);
 * where there is none, the last stored line. `null`: nothing is stored.
 */
export const findPosition = async (
  tools: QueryTools,
  query: {
    readonly orgId: OrgId;
    readonly containerIds: readonly ContainerId[];
    readonly atNs: bigint;
    readonly signal: AbortSignal;
  },
): Promise<PositionResponse | null> => {
  const { orgId, containerIds, atNs } = query;
  const since = await tools.logs.since(orgId, containerIds);
  const stored = containerIds.filter((id) => since.has(id));
  const [oldest] = stored;
  for (const containerId of stored) {
    const line = await firstLine(tools, { ...query, containerId, sinceNs: atNs });
    if (line === null) continue;
    const from = since.get(containerId);
    // The line is the very one only if what was before it is stored, or never was.
    const isFirstStored = containerId === oldest && from?.firstSeq === line.seq;
    const isExact = line.tsNs === atNs || !isFirstStored || from.reason === null;
    return { containerId, seq: line.seq, tsNs: line.tsNs.toString(), isExact };
  }
  const newest = stored.at(-1);
  if (newest === undefined) return null;
  const last = await lastLine(tools, { ...query, containerId: newest });
  return last === null ? null : { containerId: newest, seq: last.seq, tsNs: last.tsNs.toString(), isExact: false };
};

type LineQuery = { readonly orgId: OrgId; readonly containerId: ContainerId; readonly signal: AbortSignal };

const firstLine = async (
  { logs, pool }: QueryTools,
  { orgId, containerId, signal, sinceNs }: LineQuery & { readonly sinceNs: bigint },
): Promise<FoundLine | null> => {
  const scan = pool.open(orgId, { ...EVERY_LINE, sinceNs });
  try {
    const reads = logs.chunks({ orgId, containerIds: [containerId], order: "oldest", sinceNs, signal });
    for await (const { chunks } of groupChunks(reads)) {
      const { result } = await scan.run<"first">({ kind: "first" }, chunks);
      if (result.line !== null) return result.line;
    }
    return null;
  } finally {
    scan.close();
  }
};

const lastLine = async (
  { logs, pool }: QueryTools,
  { orgId, containerId, signal }: LineQuery,
): Promise<FoundLine | null> => {
  const scan = pool.open(orgId, EVERY_LINE);
  try {
    const reads = logs.chunks({ orgId, containerIds: [containerId], order: "newest", signal });
    for await (const { chunks } of groupChunks(reads)) {
      const job = { kind: "hits", limit: 1, before: null, messageBytes: 0 } as const;
      const [hit] = (await scan.run<"hits">(job, chunks)).result.hits;
      if (hit !== undefined) return { seq: hit.seq, tsNs: BigInt(hit.tsNs) };
    }
    return null;
  } finally {
    scan.close();
  }
};

/** What is stored of a container, and what took the lines before. */
export const storedRange = async (
  logs: StoredLogs,
  { orgId, containerId }: { readonly orgId: OrgId; readonly containerId: ContainerId },
): Promise<LogRange> => {
  const [since, cursors] = await Promise.all([logs.since(orgId, [containerId]), logs.cursors(orgId, [containerId])]);
  const stored = since.get(containerId);
  const cursor = cursors.get(containerId);
  if (stored === undefined || cursor === undefined) {
    return { containerId, firstSeq: null, lastSeq: null, sinceNs: null, untilNs: null, reason: null };
  }
  const { firstSeq, firstTsNs, reason } = stored;
  return {
    ...{ containerId, firstSeq, reason },
    lastSeq: cursor.nextSeq - 1,
    sinceNs: firstTsNs.toString(),
    untilNs: cursor.tsNs,
  };
};
