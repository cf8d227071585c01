import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { UNKNOWN } from "@yardarm/protocol/log/level";
import type { ChunkRead } from "../log-chunk.ts";
import type { LogsSinceMap } from "../retention.ts";
import type { LineFilter } from "./scan/line-filter.ts";
import type { StoredLogs } from "./stored-logs.ts";

/** Stored lines of one container: from `fromSeq` up to but without `endSeq`. */
export interface Span {
  readonly containerId: ContainerId;
  readonly fromSeq: number;
  readonly endSeq: number;
}

/** What is stored of each container up to its end in `endSeqs`; containers without a stored line are left out. */
export const storedSpans = (
  containerIds: readonly ContainerId[],
  since: LogsSinceMap,
  endSeqs: ReadonlyMap<ContainerId, number>,
): readonly Span[] =>
  containerIds.flatMap((containerId) => {
    const fromSeq = since.get(containerId)?.firstSeq;
    const endSeq = endSeqs.get(containerId) ?? 0;
    return fromSeq === undefined || fromSeq >= endSeq ? [] : [{ containerId, fromSeq, endSeq }];
  });

export interface SpanWalk {
  readonly orgId: OrgId;
  readonly filter: LineFilter;
  readonly signal: AbortSignal;
  readonly span: Span;
  readonly order: "newest" | "oldest";
  /** Opened bytes of chunks that are fetched ahead; without it the store decides. */
  readonly aheadBytes?: number;
}

/** The chunks of a span that may hold lines that pass, and those that cannot be read. */
export const walkSpan = (
  logs: StoredLogs,
  { orgId, filter, signal, span, order, aheadBytes }: SpanWalk,
): AsyncIterable<ChunkRead> => {
  const { containerId, fromSeq, endSeq } = span;
  const reads = logs.chunks({
    ...{ orgId, order, signal, containerIds: [containerId] },
    fromSeq: new Map([[containerId, fromSeq]]),
    beforeSeq: new Map([[containerId, endSeq]]),
    ...(filter.sinceNs === null ? {} : { sinceNs: filter.sinceNs }),
    ...(filter.untilNs === null ? {} : { untilNs: filter.untilNs }),
    // Losses are shown whatever is filtered, and have no level.
    ...(filter.levelMask === null ? {} : { levelMask: filter.levelMask | (1 << UNKNOWN) }),
    ...(aheadBytes === undefined ? {} : { aheadBytes }),
  });
  // Filters that look at no line leave chunks out: where they do, a hole says nothing.
  const isWhole = filter.sinceNs === null && filter.untilNs === null && filter.levelMask === null;
  return isWhole && order === "oldest" ? withHoles(reads, span) : reads;
};

/** The same reads, and as damaged what none of them has: a file is missing or cannot be opened, or retention was faster. */
async function* withHoles(
  reads: AsyncIterable<ChunkRead>,
  { containerId, fromSeq, endSeq }: Span,
): AsyncGenerator<ChunkRead, void, void> {
  let nextSeq = fromSeq;
  let lastNs: bigint | null = null;
  for await (const read of reads) {
    const { minTsNs, maxTsNs } = read.kind === "chunk" ? read.chunk : read;
    const seqs = read.kind === "chunk" ? read.chunk.wanted : { fromSeq: read.firstSeq, endSeq: read.endSeq };
    if (seqs.fromSeq > nextSeq) {
      const stamps = { minTsNs: lastNs === null || lastNs > minTsNs ? minTsNs : lastNs, maxTsNs: minTsNs };
      yield { kind: "damaged", containerId, firstSeq: nextSeq, endSeq: seqs.fromSeq, ...stamps };
    }
    yield read;
    nextSeq = Math.max(nextSeq, seqs.endSeq);
    lastNs = maxTsNs;
  }
  const stamps = { minTsNs: lastNs ?? 0n, maxTsNs: lastNs ?? 0n };
  if (nextSeq < endSeq) yield { kind: "damaged", containerId, firstSeq: nextSeq, endSeq, ...stamps };
}
