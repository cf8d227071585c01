import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { groupChunks, mapInOrder } from "./chunk-groups.ts";
import { MergeSource } from "./merge-source.ts";
import { isSelective, type LineFilter } from "./scan/line-filter.ts";
import type { LineRun } from "./scan/line-run.ts";
import type { LineFormat, LinePiece } from "./scan/line-writer.ts";
import type { Scan } from "./scan/scan-pool.ts";
import { SCANS_AHEAD } from "./search-logs.ts";
import { type Span, storedSpans, walkSpan } from "./span-walk.ts";
import { splitChunks } from "./split-chunks.ts";
import type { StoredLogs } from "./stored-logs.ts";
import { unreadablePiece } from "./unreadable-lines.ts";

/**
 * Stored lines of many containers as one log. A line stands at its stamp; within a container the order is its own, always: a stamp
 * that steps back counts as the one before it. The threads write each container's lines in runs and merge these; here runs are
 * only cut. What is written and waits is bounded: the more containers, the smaller their runs.
 */

/** Opened bytes of all containers that are written and not sent. */
const HELD_BYTES = 32 * 1024 * 1024;
/** Smaller runs are not worth their way to a thread and the opening of their chunk. */
const LEAST_RUN_BYTES = 64 * 1024;
const MOST_RUN_BYTES = 1024 * 1024;
/** About what is sent at once; up to twice as much. */
const PIECE_BYTES = 1024 * 1024;

/** Pieces under way: while one is merged the lines of the next are read. */
const MERGES_AHEAD = 2;

export interface MergedContainer {
  readonly containerId: ContainerId;
  readonly format: LineFormat;
}

export interface MergeQuery {
  readonly orgId: OrgId;
  readonly containers: readonly MergedContainer[];
  readonly filter: LineFilter;
  /** Containers with stored lines between the filter's bounds. */
  readonly mostContainers: number;
  readonly signal: AbortSignal;
}

export interface MergedLines {
  /** The containers that have stored lines between the filter's bounds. */
  readonly containerIds: readonly ContainerId[];
  /** How many lines come, where that is known beforehand. */
  readonly lineCount: number | null;
  /** Read as they are taken; to be read to the end or left. */
  readonly pieces: AsyncGenerator<LinePiece, void, void>;
}

interface Tools {
  readonly logs: StoredLogs;
  readonly scan: Scan;
}

/**
 * Opens what is committed now; what is written meanwhile is not in it.
 *
 * @throws ProtocolError `invalid_request` for too many containers or an expression that is none, `pattern_too_costly`
 */
export const openMergedLines = async (tools: Tools, query: MergeQuery): Promise<MergedLines> => {
  const { logs, scan } = tools;
  const { orgId, filter, mostContainers } = query;
  // An expression that is none is refused before anything is answered.
  if (filter.pattern !== null) await scan.run<"first">({ kind: "first" }, []);
  const containerIds = query.containers.map(({ containerId }) => containerId);
  const [cursors, since] = await Promise.all([logs.cursors(orgId, containerIds), logs.since(orgId, containerIds)]);
  const endSeqs = new Map([...cursors].map(([containerId, { nextSeq }]) => [containerId, nextSeq]));
  const spans = storedSpans(containerIds, since, endSeqs);
  const firstNs = ({ containerId }: Span): bigint => since.get(containerId)?.firstTsNs ?? 0n;
  const { sinceNs, untilNs } = filter;
  // The others are read as well: where a clock was set back, a log may hold later lines than its last one.
  const counted = spans.filter(
    (span) =>
      (untilNs === null || firstNs(span) < untilNs) &&
      (sinceNs === null || BigInt(cursors.get(span.containerId)?.tsNs ?? 0) >= sinceNs),
  );
  if (counted.length > mostContainers) {
    throw new ProtocolError(
      "invalid_request",
      `container: ${counted.length} containers have lines there, and one file takes those of ${mostContainers}. Choose fewer, or a shorter time.`,
    );
  }
  const formats = new Map(query.containers.map(({ containerId, format }) => [containerId, format]));
  const runBytes = Math.min(
    Math.max(HELD_BYTES / Math.max(counted.length, 1) / SCANS_AHEAD, LEAST_RUN_BYTES),
    MOST_RUN_BYTES,
  );
  const sources = spans.flatMap((span): MergeSource[] => {
    const format = formats.get(span.containerId);
    if (format === undefined) return [];
    const fromNs = sinceNs !== null && sinceNs > firstNs(span) ? sinceNs : firstNs(span);
    return [new MergeSource(readRuns(tools, query, { span, format, runBytes }), fromNs)];
  });
  const isPlain = !isSelective(filter) && sinceNs === null && untilNs === null;
  const lineCount = isPlain ? spans.reduce((sum, { fromSeq, endSeq }) => sum + endSeq - fromSeq, 0) : null;
  return { containerIds: counted.map(({ containerId }) => containerId), lineCount, pieces: merge(scan, sources) };
};

/** The lines of one container that pass, in its order, and a line where some cannot be read. */
async function* readRuns(
  { logs, scan }: Tools,
  { orgId, filter, signal }: MergeQuery,
  { span, format, runBytes }: { readonly span: Span; readonly format: LineFormat; readonly runBytes: number },
): AsyncGenerator<LineRun, void, void> {
  const reads = walkSpan(logs, { orgId, filter, signal, span, order: "oldest", aheadBytes: runBytes });
  const answers = mapInOrder(groupChunks(splitChunks(reads, runBytes), runBytes), SCANS_AHEAD, (group) =>
    scan.run<"run">({ kind: "run", format }, group.chunks),
  );
  for await (const [group, { result, unreadable }] of answers) {
    for (const lost of group.unreadableBefore) yield runOf(unreadablePiece(lost, format), lost.maxTsNs);
    if (result.run.ends.length > 0) yield result.run;
    for (const lost of [...unreadable, ...group.unreadableBehind]) {
      yield runOf(unreadablePiece(lost, format), lost.maxTsNs);
    }
  }
}

/** A piece of one line. */
const runOf = ({ bytes }: LinePiece, placeNs: bigint): LineRun => ({
  bytes,
  ends: Uint32Array.of(bytes.length),
  placesNs: BigInt64Array.of(placeNs),
});

async function* merge(scan: Scan, sources: readonly MergeSource[]): AsyncGenerator<LinePiece, void, void> {
  const pieces = mapInOrder(cuts(sources), MERGES_AHEAD, (runs) => mergeCut(scan, runs));
  for await (const [, piece] of pieces) yield piece;
}

const mergeCut = async (scan: Scan, runs: readonly LineRun[]): Promise<LinePiece> => {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) return { bytes: only.bytes, lines: only.ends.length };
  return (await scan.run<"merge">({ kind: "merge", runs }, [])).result;
};

/** What may be merged next: the lines of all containers up to the same moment. */
async function* cuts(sources: readonly MergeSource[]): AsyncGenerator<readonly LineRun[], void, void> {
  const waiting = sources.toSorted((a, b) => (a.placeNs < b.placeNs ? -1 : 1));
  let open: readonly MergeSource[] = [];
  try {
    for (;;) {
      await fill(open);
      open = open.filter((source) => !source.isEnded);
      const reachNs = least(open.map(({ lastNs }) => lastNs));
      // A container is opened when its time has come: of many that followed one another only a few are.
      const count = waiting.findIndex(({ placeNs }) => placeNs > (reachNs ?? waiting[0]?.placeNs ?? 0n));
      const due = waiting.splice(0, count < 0 ? waiting.length : count);
      open = [...open, ...due];
      if (due.length > 0) continue;
      if (reachNs === null) return;
      yield cut(open, reachNs);
    }
  } finally {
    for (const source of open) await source.leave();
  }
}

/** Gives every source its next lines; a few at a time, so that others who read have their turn. */
const fill = async (sources: readonly MergeSource[]): Promise<void> => {
  const empty = sources.filter(({ isEmpty }) => isEmpty);
  for (let at = 0; at < empty.length; at += SCANS_AHEAD) {
    await Promise.all(empty.slice(at, at + SCANS_AHEAD).map((source) => source.fill()));
  }
};

/**
 * Takes the lines up to `reachNs`, about a piece of them, off all sources. One of them at least has its last line there or earlier:
 * with each cut the merge goes on.
 */
const cut = (sources: readonly MergeSource[], reachNs: bigint): readonly LineRun[] => {
  let untilNs = reachNs;
  for (let share = PIECE_BYTES; ; share /= 2) {
    untilNs = least([reachNs, ...sources.map((source) => source.placeAfter(share))]) ?? reachNs;
    const bytes = sources.reduce((sum, source) => sum + source.bytesUpTo(untilNs), 0);
    if (bytes <= 2 * PIECE_BYTES || share * sources.length <= PIECE_BYTES) break;
  }
  return sources.flatMap((source) => source.takeUpTo(untilNs) ?? []);
};

const least = (values: readonly bigint[]): bigint | null =>
  values.reduce<bigint | null>((low, value) => (low === null || value < low ? value : low), null);
