import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { type DamagedSpan, holeBetween, lossBatch } from "./damaged-lines.ts";
import { type RowRead, readBatches } from "./stored-row.ts";

/**
 * Collects the batches of a range from rows that are fed in ascending order, up to a size but at least one. No line comes twice, also
 * when rows were joined or numbered again between two queries, and what cannot be read is a loss record.
 */
export class RangeReading {
  readonly batches: Uint8Array[] = [];
  readonly #toSeq: number;
  readonly #maxBytes: number;
  #nextSeq: number;
  #bytes = 0;
  #last: DamagedSpan | null = null;

  constructor({ fromSeq, toSeq, maxBytes }: { fromSeq: number; toSeq: number; maxBytes: number }) {
    this.#nextSeq = fromSeq;
    this.#toSeq = toSeq;
    this.#maxBytes = maxBytes;
  }

  /** Where to read on. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  get bytesLeft(): number {
    return Math.max(0, this.#maxBytes - this.#bytes);
  }

  /** False when nothing more fits. */
  take(read: RowRead): boolean {
    const hole = holeBetween(this.#last, read.row);
    const wanted = { fromSeq: this.#nextSeq, endSeq: this.#toSeq };
    const loss = hole === null ? null : lossBatch(hole, wanted);
    if (loss !== null && !this.#add(loss)) return false;
    // One at a time: what does not fit is not made.
    for (const batch of readBatches(read, wanted)) if (!this.#add(batch)) return false;
    this.#last = read.row;
    return true;
  }

  #add(batch: Uint8Array): boolean {
    if (this.batches.length > 0 && this.bytesLeft === 0) return false;
    this.batches.push(batch);
    this.#bytes += batch.length;
    const { firstSeq, lineCount } = readBatchHeader(batch);
    this.#nextSeq = Math.max(this.#nextSeq, firstSeq + lineCount);
    return true;
  }
}
