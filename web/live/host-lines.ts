import { parseLevelName, UNKNOWN } from "@yardarm/protocol/log/level";
import { FLAG_TRUNCATED, flagsOf, STDERR, STDOUT } from "@yardarm/protocol/log/line-flags";
import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { nsFromInstant, parseRfc3339 } from "@yardarm/protocol/time";
import { shapeOf } from "../workers/line-shape.ts";
import type { LogColumns, LogMatches, LogPattern } from "../workers/log-messages.ts";
import { Listeners } from "./listeners.ts";
import { LogChunk } from "./log-chunk.ts";
import { LogDecoder, type OpenLogDecoderPort } from "./log-decoder.ts";
import { StoreSearch } from "./store-search.ts";

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

export type HostLinesOptions = {
  readonly openPort: OpenLogDecoderPort;
  /** Runs `publish` once, before the next frame is drawn. */
  readonly schedule: (publish: () => void) => void;
};

type Wanted = { readonly pattern: LogPattern; readonly excludes: readonly string[] };
const NOTHING: Wanted = { pattern: { text: "", isCaseSensitive: false, isRegex: false }, excludes: [] };

/** Searched by a worker of their own, which is started with the first search that has lines to go through. */
export class HostLines {
  // fixed
  readonly #options: HostLinesOptions;
  readonly #listeners = new Listeners();
  readonly #search: StoreSearch;
  // state
  #chunks: readonly LogChunk[] = [];
  #queryId: number | null = null;
  #decoder: LogDecoder | null = null;
  #wanted = NOTHING;
  #isSearching = false;
  #isPublishing = false;

  constructor(options: HostLinesOptions) {
    this.#options = options;
    const store = {
      search: (queryId: number | null): void => {
        this.#queryId = queryId;
        for (const chunk of this.#chunks) chunk.search(queryId);
      },
      takeMatches: (firstSeq: number, matches: LogMatches): void =>
        this.#chunks.find((chunk) => chunk.firstSeq === firstSeq)?.takeMatches(matches),
      nextToScan: (): LogChunk | undefined => this.#chunks.findLast((chunk) => chunk.needsScan),
    };
    this.#search = new StoreSearch(store, () => this.#searcher());
  }

  /** Ascending; another array whenever there are more lines, or something else is found in them. */
  readonly chunks = (): readonly LogChunk[] => this.#chunks;

  /** True while `chunks` do not say yet what is found. */
  readonly isSearching = (): boolean => this.#isSearching;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** Puts a page, oldest line first, in front of those that are here. */
  prepend(lines: readonly ReadLine[]): void {
    const isFirst = this.#chunks.length === 0;
    const endSeq = this.#chunks[0]?.firstSeq ?? HOST_LINES_END;
    const columns = columnsOf(lines, endSeq - lines.length);
    const chunks: LogChunk[] = [];
    for (let from = 0; from < columns.count; ) {
      const chunk = new LogChunk(columns.firstSeq + from);
      from += chunk.append(columns, from, columns.count, null);
      chunk.seal();
      chunk.search(this.#queryId);
      chunks.push(chunk);
    }
    this.#chunks = [...chunks, ...this.#chunks];
    if (isFirst) this.#begin();
    else this.#search.scanNext();
    this.#tell();
  }

  /** Searches the lines that are here, and those that come; no text and nothing to leave out end it. */
  search(pattern: LogPattern, excludes: readonly string[]): void {
    this.#wanted = { pattern, excludes };
    if (this.#chunks.length === 0) return;
    this.#begin();
    this.#chunks = [...this.#chunks];
    this.#tell();
  }

  /** The worker goes; the lines stay, and can be searched again. */
  stop(): void {
    this.#decoder?.close();
    this.#decoder = null;
    this.#search.search(NOTHING.pattern, NOTHING.excludes);
    // What the worker had begun is not answered any more.
    this.#search.restart();
  }

  #begin(): void {
    this.#search.search(this.#wanted.pattern, this.#wanted.excludes);
  }

  #searcher(): LogDecoder {
    this.#decoder ??= new LogDecoder(this.#options.openPort, {
      // No frames come from here.
      onLines: () => {},
      onMalformed: () => {},
      onScanned: (firstSeq, matches) => {
        this.#search.scanned(firstSeq, matches);
        this.#publish();
      },
      // The log itself has been refused the same pattern, and says so.
      onRefused: () => {},
      onBroken: () => {
        this.stop();
        this.#publish();
      },
    });
    return this.#decoder;
  }

  #publish(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    this.#options.schedule(() => {
      this.#isPublishing = false;
      this.#chunks = [...this.#chunks];
      this.#tell();
    });
  }

  #tell(): void {
    this.#isSearching = this.#search.isScanning;
    this.#listeners.tell();
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
