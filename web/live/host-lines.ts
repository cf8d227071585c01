import { parseLevelName, UNKNOWN } from "@yardarm/protocol/log/level";
import { FLAG_TRUNCATED, flagsOf, STDERR, STDOUT } from "@yardarm/protocol/log/line-flags";
import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { nsFromInstant, parseRfc3339 } from "@yardarm/protocol/time";
import { shapeOf } from "../workers/line-shape.ts";
import type { LogColumns } from "../workers/log-messages.ts";
import { type LineSearch, matchLines } from "../workers/match-lines.ts";
import { LogChunk } from "./log-chunk.ts";

/**
 * Lines read from the host's own log, older than everything that is stored. They have no number of their own; here they get
 * one far below any that a line can have, so that they stand in front of the others.
 */

/** As the hub hands them on. */
export type ReadLine = {
  readonly ts: string;
  readonly stream: "stdout" | "stderr";
  readonly level: string;
  readonly message: string;
  readonly originalBytes?: number;
};

/** Behind the newest of them. Holes and markers have keys between this and 0. */
export const HOST_LINES_END: number = -(2 ** 40);

/** What is found, and what is left out. */
export type HostSearch = Omit<LineSearch, "queryId">;

export class HostLines {
  #chunks: readonly LogChunk[] = [];
  #search: LineSearch | null = null;
  #queries = 0;

  /** Ascending; another array whenever there are more lines, or another search has gone through them. */
  get chunks(): readonly LogChunk[] {
    return this.#chunks;
  }

  /** Puts a page, oldest line first, in front of those that are here. */
  prepend(lines: readonly ReadLine[]): void {
    const endSeq = this.#chunks[0]?.firstSeq ?? HOST_LINES_END;
    const columns = columnsOf(lines, endSeq - lines.length);
    const chunks: LogChunk[] = [];
    for (let from = 0; from < columns.count; ) {
      const chunk = new LogChunk(columns.firstSeq + from);
      from += chunk.append(columns, from, columns.count, null);
      chunk.seal();
      chunks.push(chunk);
    }
    for (const chunk of chunks) this.#searchIn(chunk);
    this.#chunks = [...chunks, ...this.#chunks];
  }

  /** Searches the lines that are here, and those that come; `null`: nothing is searched for. They are few: no worker is asked. */
  search(search: HostSearch | null): void {
    this.#queries += 1;
    this.#search = search === null ? null : { ...search, queryId: this.#queries };
    if (this.#chunks.length === 0) return;
    for (const chunk of this.#chunks) this.#searchIn(chunk);
    this.#chunks = [...this.#chunks];
  }

  #searchIn(chunk: LogChunk): void {
    chunk.search(this.#search?.queryId ?? null);
    if (this.#search !== null) chunk.takeMatches(matchLines(chunk.textToScan(), this.#search));
  }
}

const columnsOf = (lines: readonly ReadLine[], firstSeq: number): LogColumns => {
  const count = lines.length;
  const texts = lines.map(({ message }) => encodeUtf8(message));
  const offsets = new Uint32Array(count + 1);
  for (const [index, text] of texts.entries()) offsets[index + 1] = (offsets[index] ?? 0) + text.length;
  const text = new Uint8Array(offsets[count] ?? 0);
  for (const [index, bytes] of texts.entries()) text.set(bytes, offsets[index]);
  return {
    firstSeq,
    count,
    offsets,
    text,
    flags: Uint8Array.from(lines, flagsFor),
    stampsNs: BigInt64Array.from(lines, ({ ts }) => {
      const instant = parseRfc3339(ts);
      return instant === undefined ? 0n : nsFromInstant(instant);
    }),
    originalBytes: lines.flatMap(({ originalBytes }, index) =>
      originalBytes === undefined ? [] : [[index, originalBytes] as const],
    ),
    shapes: Uint8Array.from(texts, (bytes) => shapeOf(bytes, decodeUtf8)),
  };
};

const flagsFor = ({ stream, level, originalBytes }: ReadLine): number =>
  flagsOf(stream === "stderr" ? STDERR : STDOUT, parseLevelName(level) ?? UNKNOWN) |
  (originalBytes === undefined ? 0 : FLAG_TRUNCATED);
