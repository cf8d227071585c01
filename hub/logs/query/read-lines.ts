import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { type ChunkGroup, groupChunks, mapInOrder } from "./chunk-groups.ts";
import { isSelective, type LineFilter } from "./scan/line-filter.ts";
import type { LineFormat, LinePiece } from "./scan/line-writer.ts";
import type { Scan } from "./scan/scan-pool.ts";
import { SCANS_AHEAD } from "./search-logs.ts";
import { type Span, type SpanWalk, storedSpans, walkSpan } from "./span-walk.ts";
import type { StoredLogs } from "./stored-logs.ts";
import { unreadablePiece } from "./unreadable-lines.ts";

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
  const spans = storedSpans(containerIds, since, endSeqs).flatMap((span): Span[] => {
    const fromSeq = Math.max(span.fromSeq, query.range?.fromSeq ?? 0);
    const endSeq = Math.min(span.endSeq, query.range?.endSeq ?? Number.MAX_SAFE_INTEGER);
    return fromSeq >= endSeq ? [] : [{ ...span, fromSeq, endSeq }];
  });
  const isPlain = !isSelective(filter) && filter.sinceNs === null && filter.untilNs === null;
  const tailed =
    tail === null ? spans : isPlain ? cutTail(spans, tail) : await findTail({ logs, scan }, query, { spans, tail });
  const lineCount = isPlain ? tailed.reduce((sum, { fromSeq, endSeq }) => sum + endSeq - fromSeq, 0) : null;
  return { endSeqs, lineCount, pieces: readSpans({ logs, scan }, query, tailed) };
};

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
    const seqs = mapInOrder(walk(tools.logs, { ...query, span, order: "newest" }), SCANS_AHEAD, (group) =>
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

const walk = (logs: StoredLogs, asked: SpanWalk): AsyncGenerator<ChunkGroup> => groupChunks(walkSpan(logs, asked));

async function* readSpans(
  tools: Tools,
  query: ReadQuery,
  spans: readonly Span[],
): AsyncGenerator<LinePiece, void, void> {
  for (const span of spans) {
    const format = formatOf(query, span.containerId);
    const answers = mapInOrder(walk(tools.logs, { ...query, span, order: "oldest" }), SCANS_AHEAD, (group) =>
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
  prefix: "",
  extraFields: containerIds.length > 1 ? `"containerId":${JSON.stringify(containerId)}` : "",
});
