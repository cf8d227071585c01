import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LOSS, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { decodeUtf8 } from "@yardarm/protocol/log/utf8";
import {
  type LogColumns,
  type LogMatches,
  type LogText,
  MATCH_EXCLUDED,
  MATCH_FOUND,
} from "../workers/log-messages.ts";

/** A run of consecutive lines in a few large arrays. Only ever appended to: what an index holds never changes. */

/** Lines and bytes of text of a full chunk; eviction takes whole chunks. One line alone may be larger. */
const CHUNK_LINES = 1_024;
const CHUNK_TEXT_BYTES = 256 * 1024;
/** Beside its text, a line has an offset, a stamp, a flag byte, a match byte and a shape byte. */
const COLUMN_BYTES = 4 + 8 + 1 + 1 + 1;
const FIRST_LINES = 64;
const FIRST_TEXT_BYTES = 8 * 1024;

export class LogChunk {
  readonly firstSeq: number;
  /** Lines per level, loss records not counted. */
  readonly levelCounts: Uint32Array = new Uint32Array(LEVEL_NAMES.length);
  #count = 0;
  #flags = new Uint8Array(FIRST_LINES);
  #matched = new Uint8Array(FIRST_LINES);
  #shapes = new Uint8Array(FIRST_LINES);
  #stampsNs = new BigInt64Array(FIRST_LINES);
  #offsets = new Uint32Array(FIRST_LINES + 1);
  #text = new Uint8Array(FIRST_TEXT_BYTES);
  #originalBytes: Map<number, number> | null = null;
  #version = 0;
  #queryId: number | null = null;
  #isMatchStale = true;
  #continuations = 0;

  constructor(firstSeq: number) {
    this.firstSeq = firstSeq;
  }

  get count(): number {
    return this.#count;
  }

  /** The seq behind the last line. */
  get endSeq(): number {
    return this.firstSeq + this.#count;
  }

  /** Memory that it takes, bytes. */
  get bytes(): number {
    return this.#text.length + this.#flags.length * COLUMN_BYTES;
  }

  /** Changes with every append and every search result. */
  get version(): number {
    return this.#version;
  }

  /** True when some of its lines continue the one before them. */
  get hasContinuations(): boolean {
    return this.#continuations > 0;
  }

  flags(index: number): number {
    return this.#flags[index] ?? 0;
  }

  stampNs(index: number): bigint {
    return this.#stampsNs[index] ?? 0n;
  }

  /** ms since the epoch, precise to a microsecond: without the cost of a big number. */
  stampMs(index: number): number {
    const words = this.#stampWords();
    return ((words[2 * index + 1] ?? 0) * 2 ** 32 + (words[2 * index] ?? 0)) / 1e6;
  }

  /** Adds its lines per level to buckets of `stepMs` that begin at `fromMs`: entry `bucket * levels + level`. Losses do not count. */
  countInto(counts: Uint32Array, fromMs: number, stepMs: number): void {
    const words = this.#stampWords();
    const levels = LEVEL_NAMES.length;
    for (let index = 0; index < this.#count; index++) {
      const flags = this.#flags[index] ?? 0;
      if ((flags & FLAG_LOSS) !== 0) continue;
      const atMs = ((words[2 * index + 1] ?? 0) * 2 ** 32 + (words[2 * index] ?? 0)) / 1e6;
      const at = Math.floor((atMs - fromMs) / stepMs) * levels + levelOfFlags(flags);
      if (at >= 0 && at < counts.length) counts[at] = (counts[at] ?? 0) + 1;
    }
  }

  /** How the line is written: a `LineShape`. */
  shape(index: number): number {
    return this.#shapes[index] ?? 0;
  }

  lineBytes(index: number): Uint8Array {
    return this.#text.subarray(this.#offsets[index], this.#offsets[index + 1]);
  }

  /** Bytes that are not UTF-8 become U+FFFD. At most `maxBytes` of the line, cut at a character. */
  lineText(index: number, maxBytes: number = Number.POSITIVE_INFINITY): string {
    const bytes = this.lineBytes(index);
    if (bytes.length <= maxBytes) return decodeUtf8(bytes);
    let end = maxBytes;
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    return decodeUtf8(bytes.subarray(0, end));
  }

  lineLength(index: number): number {
    return (this.#offsets[index + 1] ?? 0) - (this.#offsets[index] ?? 0);
  }

  /** Bytes that the container wrote, more than `lineLength` when the line was cut on its way. */
  originalLength(index: number): number {
    return this.#originalBytes?.get(index) ?? this.lineLength(index);
  }

  /** Takes lines `from` to `end` of `lines`, as many as fit; returns how many. The first must be the one that follows. */
  append(lines: LogColumns, from: number, end: number, matches: LogMatches | null): number {
    const last = this.#fitting(lines, from, end);
    if (last === from) return 0;
    const taken = last - from;
    this.#reserve(taken, (lines.offsets[last] ?? 0) - (lines.offsets[from] ?? 0));
    const at = this.#count;
    this.#flags.set(lines.flags.subarray(from, last), at);
    this.#shapes.set(lines.shapes.subarray(from, last), at);
    this.#stampsNs.set(lines.stampsNs.subarray(from, last), at);
    const textStart = this.#offsets[at] ?? 0;
    const shift = textStart - (lines.offsets[from] ?? 0);
    for (let index = from; index < last; index++) {
      this.#offsets[at + index - from + 1] = (lines.offsets[index + 1] ?? 0) + shift;
      this.#countLevel(lines.flags[index] ?? 0);
    }
    this.#text.set(lines.text.subarray(lines.offsets[from], lines.offsets[last]), textStart);
    for (const [index, bytes] of lines.originalBytes) {
      if (index >= from && index < last) this.#keepLength(at + index - from, bytes);
    }
    if (matches !== null && matches.queryId === this.#queryId) {
      this.#matched.set(matches.matched.subarray(from, last), at);
    } else if (this.#queryId !== null) {
      this.#isMatchStale = true;
    }
    this.#count += taken;
    this.#version += 1;
    return taken;
  }

  /** Gives back what was reserved for lines that will not come. */
  seal(): void {
    if (this.#flags.length === this.#count) return;
    this.#flags = this.#flags.slice(0, this.#count);
    this.#matched = this.#matched.slice(0, this.#count);
    this.#shapes = this.#shapes.slice(0, this.#count);
    this.#stampsNs = this.#stampsNs.slice(0, this.#count);
    this.#offsets = this.#offsets.slice(0, this.#count + 1);
    this.#text = this.#text.slice(0, this.#offsets[this.#count]);
  }

  /** A chunk of its own with the lines before `endSeq`. */
  head(endSeq: number): LogChunk {
    const head = new LogChunk(this.firstSeq);
    head.search(this.#queryId);
    // What was found already need not be looked for again.
    const matches =
      this.#queryId === null || this.#isMatchStale ? null : { queryId: this.#queryId, matched: this.#matched };
    head.append(this.#columns(), 0, Math.max(0, endSeq - this.firstSeq), matches);
    return head;
  }

  /** A new question: nothing matches until it was scanned. `null` asks nothing. */
  search(queryId: number | null): void {
    this.#queryId = queryId;
    this.#matched.fill(0);
    this.#isMatchStale = queryId !== null && this.#count > 0;
    this.#version += 1;
  }

  /** True while some of its lines were not searched for the present query. */
  get needsScan(): boolean {
    return this.#queryId !== null && this.#isMatchStale;
  }

  /** A copy of the text, to be given away to the worker. Lines appended from now on are not part of the scan. */
  textToScan(): LogText {
    this.#isMatchStale = false;
    const offsets = this.#offsets.slice(0, this.#count + 1);
    return { firstSeq: this.firstSeq, count: this.#count, offsets, text: this.#text.slice(0, offsets[this.#count]) };
  }

  /** What a scan found. Answers to an older question are ignored. */
  takeMatches({ queryId, matched }: LogMatches): void {
    if (queryId !== this.#queryId) return;
    this.#matched.set(matched.subarray(0, Math.min(matched.length, this.#count)), 0);
    this.#version += 1;
  }

  isMatched(index: number): boolean {
    return ((this.#matched[index] ?? 0) & MATCH_FOUND) !== 0;
  }

  /** True when the query leaves this line out. */
  isExcluded(index: number): boolean {
    return ((this.#matched[index] ?? 0) & MATCH_EXCLUDED) !== 0;
  }

  /** The stamps as little-endian words, low before high. Stamps after 1970 only, as logs have them. */
  #stampWords(): Uint32Array {
    return new Uint32Array(this.#stampsNs.buffer, this.#stampsNs.byteOffset, this.#stampsNs.length * 2);
  }

  #columns(): LogColumns {
    return {
      firstSeq: this.firstSeq,
      count: this.#count,
      flags: this.#flags,
      offsets: this.#offsets,
      stampsNs: this.#stampsNs,
      text: this.#text,
      shapes: this.#shapes,
      originalBytes: this.#originalBytes === null ? [] : [...this.#originalBytes],
    };
  }

  #fitting(lines: LogColumns, from: number, end: number): number {
    const textStart = lines.offsets[from] ?? 0;
    const room = CHUNK_TEXT_BYTES - (this.#offsets[this.#count] ?? 0);
    let last = Math.min(end, from + CHUNK_LINES - this.#count);
    const least = this.#count === 0 ? from + 1 : from;
    while (last > least && (lines.offsets[last] ?? 0) - textStart > room) last -= 1;
    return Math.max(last, from);
  }

  #keepLength(index: number, bytes: number): void {
    this.#originalBytes ??= new Map();
    this.#originalBytes.set(index, bytes);
  }

  #countLevel(flags: number): void {
    if ((flags & FLAG_LOSS) !== 0) return;
    if ((flags & FLAG_CONTINUATION) !== 0) this.#continuations += 1;
    const level = levelOfFlags(flags);
    this.levelCounts[level] = (this.levelCounts[level] ?? 0) + 1;
  }

  #reserve(lines: number, textBytes: number): void {
    const count = this.#count + lines;
    if (count > this.#flags.length) {
      const capacity = Math.min(CHUNK_LINES, Math.max(count, this.#flags.length * 2));
      this.#flags = grown(this.#flags, new Uint8Array(capacity));
      this.#matched = grown(this.#matched, new Uint8Array(capacity));
      this.#shapes = grown(this.#shapes, new Uint8Array(capacity));
      this.#offsets = grown(this.#offsets, new Uint32Array(capacity + 1));
      const stampsNs = new BigInt64Array(capacity);
      stampsNs.set(this.#stampsNs);
      this.#stampsNs = stampsNs;
    }
    const bytes = (this.#offsets[this.#count] ?? 0) + textBytes;
    if (bytes > this.#text.length) {
      this.#text = grown(
        this.#text,
        new Uint8Array(Math.max(bytes, Math.min(CHUNK_TEXT_BYTES, this.#text.length * 2))),
      );
    }
  }
}

const grown = <Column extends Uint8Array | Uint32Array>(column: Column, larger: Column): Column => {
  larger.set(column);
  return larger;
};
