import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { UNKNOWN } from "@yardarm/protocol/log/level";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import type { ChunkRead, UnreadableChunk } from "../log-chunk.ts";
import { type ChunkGroup, groupChunks, mapInOrder } from "./chunk-groups.ts";
import { isSelective, type LineFilter } from "./line-filter.ts";
import type { LineFormat } from "./line-writer.ts";
import type { Scan } from "./scan-pool.ts";
import { SCANS_AHEAD } from "./search-logs.ts";
import type { StoredLogs } from "./stored-logs.ts";

export interface ReadQuery {
  readonly orgId: OrgId;
  /** One container, or all generations of a workload, oldest first. */
  readonly containerIds: readonly ContainerId[];
  readonly filter: LineFilter;
  /** The last n lines that pass; `null`: everything. */
  readonly tail: number | null;
  /** Only lines from `fromSeq` up to but without `endSeq`. */
  readonly range?: { readonly fromSeq: number; readonly endSeq: number };
  readonly kind: LineFormat["kind"];
  readonly messageBytes?: number;
  readonly signal: AbortSignal;
}

export interface LinePiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
}

/** The stored lines of a container up to what was committed when the reading began. */
export interface OpenedLines {
  /** Where they end, per container: a live log goes on here. 0 for one that never committed anything. */
  readonly endSeqs: ReadonlyMap<ContainerId, number>;
  /** How many lines come, where that is known beforehand. */
  readonly lineCount: number | null;
  /** Pieces of about a megabyte of text, read as they are taken. */
  readonly pieces: AsyncGenerator<LinePiece, void, void>;
}

/**
 * Opens the stored lines. Memory is constant whatever their number: the tail of a filtered log is found by counting backwards,
 * then read forwards.
 *
 * @throws ProtocolError `invalid_request`, `pattern_too_costly`
 */
export const openLines = async (
  { logs, scan }: { readonly logs: StoredLogs; readonly scan: Scan },
  query: ReadQuery,
): Promise<OpenedLines> => {
  const { orgId, containerIds, filter, tail } = query;
  // An expression that is none is refused before anything is answered.
  if (filter.pattern !== null) await scan.run<"first">({ kind: "first" }, []);
  const [cursors, since] = await Promise.all([logs.cursors(orgId, containerIds), logs.since(orgId, containerIds)]);
  const endSeqs = new Map(containerIds.map((id) => [id, cursors.get(id)?.nextSeq ?? 0]));
  const spans = containerIds.flatMap((containerId): Span[] => {
    const firstSeq = since.get(containerId)?.firstSeq;
    if (firstSeq === undefined) return [];
    const fromSeq = Math.max(firstSeq, query.range?.fromSeq ?? 0);
    const endSeq = Math.min(endSeqs.get(containerId) ?? 0, query.range?.endSeq ?? Number.MAX_SAFE_INTEGER);
    return fromSeq >= endSeq ? [] : [{ containerId, fromSeq, endSeq }];
  });
  const isPlain = !isSelective(filter) && filter.sinceNs === null && filter.untilNs === null;
  const tailed =
    tail === null ? spans : isPlain ? cutTail(spans, tail) : await findTail({ logs, scan }, query, { spans, tail });
  const lineCount = isPlain ? tailed.reduce((sum, { fromSeq, endSeq }) => sum + endSeq - fromSeq, 0) : null;
  return { endSeqs, lineCount, pieces: readSpans({ logs, scan }, query, tailed) };
};

/** Lines of one container: from `fromSeq` up to but without `endSeq`. */
interface Span {
  readonly containerId: ContainerId;
  readonly fromSeq: number;
  readonly endSeq: number;
}

type Tools = { readonly logs: StoredLogs; readonly scan: Scan };

const cutTail = (spans: readonly Span[], tail: number): readonly Span[] => {
  const cut: Span[] = [];
  let left = tail;
  for (const span of spans.toReversed()) {
    const lines = Math.min(left, span.endSeq - span.fromSeq);
    if (lines > 0) cut.unshift({ ...span, fromSeq: span.endSeq - lines });
    left -= lines;
  }
  return cut;
};

const findTail = async (
  tools: Tools,
  query: ReadQuery,
  { spans, tail }: { readonly spans: readonly Span[]; readonly tail: number },
): Promise<readonly Span[]> => {
  const found: Span[] = [];
  let left = tail;
  for (const span of spans.toReversed()) {
    if (left <= 0) break;
    let fromSeq = span.endSeq;
    const seqs = mapInOrder(walk(tools.logs, query, { span, order: "newest" }), SCANS_AHEAD, (group) =>
      tools.scan.run<"seqs">({ kind: "seqs", limit: tail }, group.chunks),
    );
    for await (const [, { result }] of seqs) {
      const taken = result.seqs.subarray(0, left);
      left -= taken.length;
      fromSeq = taken.at(-1) ?? fromSeq;
      if (left <= 0) break;
    }
    // Fewer than asked for: everything of this container, with the losses before the first line that passes.
    found.unshift(left > 0 ? span : { ...span, fromSeq });
  }
  return found;
};

const walk = (
  logs: StoredLogs,
  { orgId, filter, signal }: ReadQuery,
  { span, order }: { readonly span: Span; readonly order: "newest" | "oldest" },
): AsyncGenerator<ChunkGroup> => {
  const { containerId, fromSeq, endSeq } = span;
  const reads = logs.chunks({
    ...{ orgId, order, signal, containerIds: [containerId] },
    fromSeq: new Map([[containerId, fromSeq]]),
    beforeSeq: new Map([[containerId, endSeq]]),
    ...(filter.sinceNs === null ? {} : { sinceNs: filter.sinceNs }),
    ...(filter.untilNs === null ? {} : { untilNs: filter.untilNs }),
    // Losses are shown whatever is filtered, and have no level.
    ...(filter.levelMask === null ? {} : { levelMask: filter.levelMask | (1 << UNKNOWN) }),
  });
  // Filters that look at no line leave chunks out: where they do, a hole says nothing.
  const isWhole = filter.sinceNs === null && filter.untilNs === null && filter.levelMask === null;
  return groupChunks(isWhole && order === "oldest" ? withHoles(reads, span) : reads);
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

async function* readSpans(
  tools: Tools,
  query: ReadQuery,
  spans: readonly Span[],
): AsyncGenerator<LinePiece, void, void> {
  for (const span of spans) {
    const format = formatOf(query, span.containerId);
    const answers = mapInOrder(walk(tools.logs, query, { span, order: "oldest" }), SCANS_AHEAD, (group) =>
      tools.scan.run<"lines">({ kind: "lines", format }, group.chunks),
    );
    for await (const [group, { result, unreadable }] of answers) {
      for (const lost of group.unreadableBefore) yield unreadablePiece(lost, format);
      if (result.lines > 0) yield result;
      for (const lost of [...unreadable, ...group.unreadableBehind]) yield unreadablePiece(lost, format);
    }
  }
}

export const formatOf = (
  { kind, messageBytes, containerIds }: Pick<ReadQuery, "kind" | "messageBytes" | "containerIds">,
  containerId: ContainerId,
): LineFormat => ({
  kind,
  messageBytes: messageBytes ?? null,
  extraFields: containerIds.length > 1 ? `"containerId":${JSON.stringify(containerId)}` : "",
});

/** Stored, and damaged or missing since: said where the lines would be, under the number of the last. */
const unreadablePiece = (
  { firstSeq, endSeq, minTsNs, maxTsNs }: UnreadableChunk,
  { kind, extraFields }: LineFormat,
): LinePiece => {
  const [fromTs, toTs] = [rfc3339FromNs(minTsNs), rfc3339FromNs(maxTsNs)];
  const lines = endSeq - firstSeq;
  const loss = JSON.stringify({ reason: "source_error", fromTs, toTs, lines });
  const text =
    kind === "text"
      ? `${toTs} [${lines} stored lines cannot be read: they are damaged or missing on the hub's disk]\n`
      : `{"seq":${endSeq - 1},"loss":${loss}${extraFields === "" ? "" : `,${extraFields}`}}\n`;
  return { bytes: new Uint8Array(Buffer.from(text)), lines: 1 };
};
