import type { HistogramResponse, LogRange, PositionResponse } from "@yardarm/protocol/api/logs";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { PACK_BATCH } from "../pack-codec.ts";
import { findPosition, storedRange } from "./find-line.ts";
import { countLines, type HistogramQuery } from "./histogram.ts";
import type { LiveBatch, LiveLog } from "./live-log.ts";
import { type MergeQuery, openMergedLines } from "./merged-lines.ts";
import { formatOf, openLines, type ReadQuery } from "./read-lines.ts";
import { EVERY_LINE } from "./scan/line-filter.ts";
import type { LinePiece } from "./scan/line-writer.ts";
import type { Scan } from "./scan/scan-pool.ts";
import { type QueryTools, type SearchPage, type SearchQuery, searchLogs } from "./search-logs.ts";

export interface LogReading {
  /** How many lines come, where that is known beforehand. */
  readonly lineCount: number | null;
  /** To be read to its end or left (`return`): either frees everything. */
  readonly pieces: AsyncGenerator<LinePiece, void, void>;
  /** For a reading that never began. */
  readonly close: () => void;
}

export interface MergedReading extends LogReading {
  /** The containers that have stored lines between the filter's bounds. */
  readonly containerIds: readonly ContainerId[];
}

/** Every question that can be asked about stored logs. Who may ask is decided before. */
export class LogQueries {
  readonly #tools: QueryTools;
  readonly #live: LiveLog;

  constructor(options: QueryTools & { readonly live: LiveLog }) {
    this.#tools = options;
    this.#live = options.live;
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return searchLogs(this.#tools, query);
  }

  histogram(query: HistogramQuery): Promise<HistogramResponse> {
    return countLines(this.#tools, query);
  }

  position(query: Parameters<typeof findPosition>[1]): Promise<PositionResponse | null> {
    return findPosition(this.#tools, query);
  }

  range(query: { readonly orgId: OrgId; readonly containerId: ContainerId }): Promise<LogRange> {
    return storedRange(this.#tools.logs, query);
  }

  /** Opens a reading; with `follow` it goes on with the lines of the last container as they come. */
  async read(query: ReadQuery & { readonly follow: boolean }): Promise<LogReading> {
    const scan = this.#tools.pool.open(query.orgId, query.filter);
    try {
      const opened = await openLines({ logs: this.#tools.logs, scan }, query);
      const pieces = this.#pieces({ scan, query, opened });
      return { lineCount: query.follow ? null : opened.lineCount, pieces, close: () => scan.close() };
    } catch (error) {
      scan.close();
      throw error;
    }
  }

  /** Opens a reading of many containers as one log, in the order of time. */
  async readMerged(query: MergeQuery): Promise<MergedReading> {
    const scan = this.#tools.pool.open(query.orgId, query.filter);
    try {
      const { pieces, ...known } = await openMergedLines({ logs: this.#tools.logs, scan }, query);
      return { ...known, pieces: closing(scan, pieces), close: () => scan.close() };
    } catch (error) {
      scan.close();
      throw error;
    }
  }

  /** NDJSON lines from `fromSeq` up to but without `endSeq`, as one text. */
  async lines(query: {
    readonly orgId: OrgId;
    readonly containerId: ContainerId;
    readonly range: { readonly fromSeq: number; readonly endSeq: number };
    readonly messageBytes: number;
    readonly signal: AbortSignal;
  }): Promise<string> {
    const { containerId, ...rest } = query;
    const reading = await this.read({
      ...{ ...rest, containerIds: [containerId], filter: EVERY_LINE, tail: null, kind: "ndjson", follow: false },
    });
    let text = "";
    for await (const { bytes } of reading.pieces) text += Buffer.from(bytes).toString();
    return text;
  }

  async *#pieces(reading: {
    readonly scan: Scan;
    readonly query: ReadQuery & { readonly follow: boolean };
    readonly opened: Awaited<ReturnType<typeof openLines>>;
  }): AsyncGenerator<LinePiece, void, void> {
    const { scan, query, opened } = reading;
    try {
      yield* opened.pieces;
      const containerId = query.containerIds.at(-1);
      if (!query.follow || containerId === undefined) return;
      const { orgId, signal } = query;
      const fromSeq = opened.endSeqs.get(containerId) ?? 0;
      const format = formatOf(query, containerId);
      for await (const live of this.#live.follow({ orgId, containerId, fromSeq, signal })) {
        const { result } = await scan.run<"lines">({ kind: "lines", format }, [chunkOf(containerId, live)]);
        if (result.lines > 0) yield result;
      }
    } finally {
      scan.close();
    }
  }
}

/** The same pieces; at their end, or when they are left, the scan is closed. */
async function* closing(
  scan: Scan,
  pieces: AsyncGenerator<LinePiece, void, void>,
): AsyncGenerator<LinePiece, void, void> {
  try {
    yield* pieces;
  } finally {
    scan.close();
  }
}

const chunkOf = (containerId: ContainerId, { batch, fromSeq, endSeq }: LiveBatch) => ({
  ...{ containerId, firstSeq: fromSeq, endSeq, minTsNs: 0n, maxTsNs: 0n, levelMask: 0 },
  // A copy: these bytes are handed over to a thread, the relay's are shared by all viewers.
  ...{ wanted: { fromSeq, endSeq }, codec: PACK_BATCH, body: Uint8Array.from(batch), rawBytes: batch.length },
});
