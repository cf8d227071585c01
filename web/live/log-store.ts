import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import type { LogColumns, LogMatches } from "../workers/log-messages.ts";
import { LogChunk } from "./log-chunk.ts";
import { lastStartingBy, missingIn, type SeqRange } from "./log-ranges.ts";

/** The lines of one container that this page holds, by sequence number: each once, in order, with known holes. */

export type LogLimits = { readonly lines: number; readonly bytes: number };

/** Whichever is reached first; beyond it lines leave again and are "not loaded". */
export const LOG_LIMITS: LogLimits = { lines: 50_000, bytes: 32 * 1024 * 1024 };

/** `notLoaded`: the hub has them. `notStored`: the hub has said that it does not keep them (any more). */
export type LogHole = SeqRange & { readonly kind: "notLoaded" | "notStored" };

export class LogStore {
  readonly limits: LogLimits;
  /** Ascending; neither overlapping nor empty. */
  #chunks: LogChunk[] = [];
  #lineCount = 0;
  /** What the hub has said that it does not store; ascending, without overlaps. */
  #absent: SeqRange[] = [];
  /** Lines below this are known to exist, held or not. */
  #knownEndSeq = 0;
  #queryId: number | null = null;

  constructor(limits: LogLimits = LOG_LIMITS) {
    this.limits = limits;
  }

  get chunks(): readonly LogChunk[] {
    return this.#chunks;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  get bytes(): number {
    let bytes = 0;
    for (const chunk of this.#chunks) bytes += chunk.bytes;
    return bytes;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** The oldest line held; `endSeq` when none is. */
  get firstSeq(): number {
    return this.#chunks[0]?.firstSeq ?? this.#knownEndSeq;
  }

  /** The seq behind the newest line held: where a resumed view goes on. */
  get endSeq(): number {
    return this.#chunks.at(-1)?.endSeq ?? this.#knownEndSeq;
  }

  /** Lines per level among those held. */
  levelCounts(): readonly number[] {
    const totals = LEVEL_NAMES.map(() => 0);
    for (const { levelCounts } of this.#chunks) {
      for (let level = 0; level < totals.length; level++) {
        totals[level] = (totals[level] ?? 0) + (levelCounts[level] ?? 0);
      }
    }
    return totals;
  }

  /** When the oldest and the newest line held were written, ms since the epoch; `null` when none is. */
  span(): readonly [fromMs: number, toMs: number] | null {
    const first = this.#chunks[0];
    const last = this.#chunks.at(-1);
    return first === undefined || last === undefined ? null : [first.stampMs(0), last.stampMs(last.count - 1)];
  }

  /** Lines held per bucket of time and level: entry `bucket * levels + level`. */
  histogram(fromMs: number, stepMs: number, buckets: number): Uint32Array {
    const counts = new Uint32Array(buckets * LEVEL_NAMES.length);
    for (const chunk of this.#chunks) {
      if (chunk.stampMs(chunk.count - 1) >= fromMs) chunk.countInto(counts, fromMs, stepMs);
    }
    return counts;
  }

  /** The first line held that was written at `atMs` or later; `null` when none was. */
  seqAt(atMs: number): number | null {
    for (const chunk of this.#chunks) {
      if (chunk.stampMs(chunk.count - 1) < atMs) continue;
      for (let index = 0; index < chunk.count; index++) if (chunk.stampMs(index) >= atMs) return chunk.firstSeq + index;
    }
    return null;
  }

  /** Takes those of the lines that are not held yet, wherever they belong. Returns how many. */
  add(lines: LogColumns, matches: LogMatches | null): number {
    const endSeq = lines.firstSeq + lines.count;
    const wanted = { fromSeq: lines.firstSeq, endSeq };
    // The usual case first: they follow what is held.
    const missing = lines.firstSeq >= this.endSeq ? [wanted] : missingIn(wanted, this.#chunks.map(rangeOf));
    let added = 0;
    for (const range of missing) added += this.#insert(range, lines, matches);
    this.#lineCount += added;
    this.#knownEndSeq = Math.max(this.#knownEndSeq, endSeq);
    return added;
  }

  /** Lines `fromSeq` to `endSeq` exist and were not sent. */
  noteSkipped({ endSeq }: SeqRange): void {
    this.#knownEndSeq = Math.max(this.#knownEndSeq, endSeq);
  }

  /** The hub has said that of this range it stores no more than what is held. */
  noteAbsent(range: SeqRange): void {
    const missing = missingIn(range, this.#chunks.map(rangeOf));
    const fresh = missing.flatMap((part) => missingIn(part, this.#absent));
    const absent = [...this.#absent, ...fresh].toSorted((one, other) => one.fromSeq - other.fromSeq);
    // What is missing in what is missing: the same ranges, neighbours joined.
    const everything = { fromSeq: 0, endSeq: absent.at(-1)?.endSeq ?? 0 };
    this.#absent = [...missingIn(everything, missingIn(everything, absent))];
  }

  /** Forgets everything from `seq` on: those lines were never committed and will come again. */
  dropFrom(seq: number): void {
    const kept: LogChunk[] = [];
    for (const chunk of this.#chunks) {
      if (chunk.endSeq <= seq) kept.push(chunk);
      else if (chunk.firstSeq < seq) kept.push(chunk.head(seq));
    }
    this.#chunks = kept;
    this.#lineCount = kept.reduce((sum, chunk) => sum + chunk.count, 0);
    this.#knownEndSeq = Math.min(this.#knownEndSeq, seq);
    this.#absent = this.#absent
      .map(({ fromSeq, endSeq }) => ({ fromSeq, endSeq: Math.min(endSeq, seq) }))
      .filter(({ fromSeq, endSeq }) => fromSeq < endSeq);
  }

  /**
   * Lets chunks go until the limits hold: the oldest first, or, for somebody who reads at `focusSeq`, those that are
   * farthest from there. The newest chunk stays, so that the live end never leaves. Returns how many lines went.
   */
  trim(focusSeq: number | null): number {
    let gone = 0;
    let bytes = this.bytes;
    while (this.#chunks.length > 1 && (this.#lineCount - gone > this.limits.lines || bytes > this.limits.bytes)) {
      const farthest = focusSeq === null ? 0 : this.#farthestFrom(focusSeq);
      const [chunk] = this.#chunks.splice(farthest, 1);
      if (chunk === undefined) break;
      gone += chunk.count;
      bytes -= chunk.bytes;
    }
    this.#lineCount -= gone;
    return gone;
  }

  /** Ranges that are not held, ascending: below what is held, inside it, and at its end if lines were skipped. */
  holes(): readonly LogHole[] {
    const range = { fromSeq: 0, endSeq: Math.max(this.#knownEndSeq, this.endSeq) };
    return missingIn(range, this.#chunks.map(rangeOf)).flatMap((hole) => this.#split(hole));
  }

  /** A new search: nothing matches until it was scanned. */
  search(queryId: number | null): void {
    this.#queryId = queryId;
    for (const chunk of this.#chunks) chunk.search(queryId);
  }

  takeMatches(firstSeq: number, matches: LogMatches): void {
    this.#chunks.find((chunk) => chunk.firstSeq === firstSeq)?.takeMatches(matches);
  }

  /** The newest chunk that was not wholly searched. */
  nextToScan(): LogChunk | undefined {
    return this.#chunks.findLast((chunk) => chunk.needsScan);
  }

  /** The chunk that holds `seq`. */
  chunkOf(seq: number): LogChunk | undefined {
    const chunk = this.#chunks[lastStartingBy(this.#chunks, seq)];
    return chunk !== undefined && seq < chunk.endSeq ? chunk : undefined;
  }

  #insert(range: SeqRange, lines: LogColumns, matches: LogMatches | null): number {
    const end = range.endSeq - lines.firstSeq;
    let from = range.fromSeq - lines.firstSeq;
    let position = lastStartingBy(this.#chunks, range.fromSeq);
    while (from < end) {
      const before = this.#chunks[position];
      const seq = lines.firstSeq + from;
      const taken = before?.endSeq === seq ? before.append(lines, from, end, matches) : 0;
      if (taken === 0) {
        before?.seal();
        position += 1;
        const chunk = new LogChunk(seq);
        chunk.search(this.#queryId);
        this.#chunks.splice(position, 0, chunk);
      }
      from += taken;
    }
    return range.endSeq - range.fromSeq;
  }

  #farthestFrom(focusSeq: number): number {
    let farthest = 0;
    let distance = -1;
    for (let index = 0; index < this.#chunks.length - 1; index++) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) continue;
      const away = Math.max(chunk.firstSeq - focusSeq, focusSeq - chunk.endSeq);
      if (away > distance) {
        distance = away;
        farthest = index;
      }
    }
    return farthest;
  }

  #split(hole: SeqRange): readonly LogHole[] {
    const notLoaded = missingIn(hole, this.#absent);
    const notStored = missingIn(hole, notLoaded);
    return [
      ...notStored.map((range) => ({ ...range, kind: "notStored" as const })),
      ...notLoaded.map((range) => ({ ...range, kind: "notLoaded" as const })),
    ].toSorted((one, other) => one.fromSeq - other.fromSeq);
  }
}

const rangeOf = (chunk: LogChunk): SeqRange => ({ fromSeq: chunk.firstSeq, endSeq: chunk.endSeq });
