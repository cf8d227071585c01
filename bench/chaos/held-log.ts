/** What one viewer holds of one container's log, kept as the protocol tells a client to (LOG-8 to LOG-11). */
import type { LogSubscribed } from "@yardarm/protocol/client-down/log-subscribed";
import type { LogBatch } from "@yardarm/protocol/log/batch";
import { parseLoss } from "@yardarm/protocol/log/loss";
import { linePrint, microsOf } from "./line-print.ts";
import type { Delivered } from "./verdict.ts";

export interface SeqRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export class HeldLog {
  /** By seq; what is not here is a hole. */
  readonly #items = new Map<number, Delivered>();
  #firstSeq = 0;
  #endSeq = 0;
  #epoch: string | null = null;
  #committedSeq = 0;
  /** The next line of the live sequence; `null` before a subscription stands. */
  #position: number | null = null;
  #asked: SeqRange | null = null;
  /** Sentences about what the hub did against the protocol. */
  readonly faults: string[] = [];

  /** How to subscribe so that nothing is missed; `null`: nothing is held yet. */
  get resume(): { readonly sinceSeq: number; readonly epoch: string; readonly committedSeq: number } | null {
    if (this.#epoch === null) return null;
    return { sinceSeq: this.#endSeq, epoch: this.#epoch, committedSeq: this.#committedSeq };
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }

  get endSeq(): number {
    return this.#endSeq;
  }

  /** Every line that is held is committed, and will be there again whatever dies. */
  get isCommitted(): boolean {
    return this.#committedSeq >= this.#endSeq;
  }

  get size(): number {
    return this.#items.size;
  }

  get isComplete(): boolean {
    return this.#items.size === this.#endSeq - this.#firstSeq;
  }

  /** True while an answer to `log.fetch` is awaited. */
  get isFetching(): boolean {
    return this.#asked !== null;
  }

  item(seq: number): Delivered | undefined {
    return this.#items.get(seq);
  }

  /** In the order of seqs. */
  *items(): Generator<Delivered> {
    for (let seq = this.#firstSeq; seq < this.#endSeq; seq++) {
      const item = this.#items.get(seq);
      if (item !== undefined) yield item;
    }
  }

  /** The connection is another one. */
  disconnected(): void {
    this.#position = null;
    this.#asked = null;
  }

  subscribed({ epoch, fromSeq, committedSeq }: LogSubscribed): void {
    if (this.#epoch === null) {
      this.#firstSeq = fromSeq;
      this.#endSeq = fromSeq;
    } else if (this.#epoch !== epoch) {
      for (let seq = committedSeq; seq < this.#endSeq; seq++) this.#items.delete(seq);
      this.#endSeq = Math.max(this.#firstSeq, Math.min(this.#endSeq, committedSeq));
    }
    this.#epoch = epoch;
    this.committed(committedSeq);
    this.#position = fromSeq;
    this.#endSeq = Math.max(this.#endSeq, fromSeq);
  }

  committed(seq: number): void {
    this.#committedSeq = Math.max(this.#committedSeq, seq);
  }

  skipped({ from, to }: { readonly from: number; readonly to: number }): void {
    if (from !== this.#position) this.#fault(`skipped from ${from}, expected ${this.#position}`);
    this.#position = to;
    this.#endSeq = Math.max(this.#endSeq, to);
  }

  take(batch: LogBatch): void {
    const { firstSeq, lineCount } = batch.header;
    const isAnswer =
      this.#asked !== null && firstSeq >= this.#asked.fromSeq && firstSeq + lineCount <= this.#asked.toSeq;
    if (firstSeq === this.#position) this.#position = firstSeq + lineCount;
    else if (!isAnswer) this.#fault(`a frame at ${firstSeq}, expected ${this.#position}`);
    for (let index = 0; index < lineCount; index++) this.#put(firstSeq + index, itemOf(batch, index));
    this.#endSeq = Math.max(this.#endSeq, firstSeq + lineCount);
  }

  /** The oldest hole that is worth asking for, and notes that it was asked for. */
  ask(mostLines: number): SeqRange | null {
    if (this.#asked !== null || this.isComplete) return null;
    let fromSeq = this.#firstSeq;
    while (this.#items.has(fromSeq)) fromSeq++;
    let toSeq = fromSeq;
    while (toSeq < this.#endSeq && toSeq - fromSeq < mostLines && !this.#items.has(toSeq)) toSeq++;
    this.#asked = { fromSeq, toSeq };
    return this.#asked;
  }

  fetched(): void {
    this.#asked = null;
  }

  #put(seq: number, item: Delivered): void {
    const before = this.#items.get(seq);
    if (before !== undefined) {
      const isSame = JSON.stringify(before) === JSON.stringify(item);
      this.#fault(`seq ${seq} came twice${isSame ? "" : ", differently"}`);
    }
    this.#items.set(seq, item);
  }

  #fault(sentence: string): void {
    if (this.faults.length < 20) this.faults.push(sentence);
  }
}

const itemOf = (batch: LogBatch, index: number): Delivered => {
  if (!batch.isLoss(index)) {
    const stream = batch.stream(index);
    const tsNs = batch.tsNs(index);
    const print = linePrint(stream, tsNs, batch.lineBytes(index));
    return { kind: "line", stream, print, micros: microsOf(tsNs) };
  }
  const { fromTsNs, toTsNs } = parseLoss(batch.lineBytes(index));
  return { kind: "loss", fromMicros: microsOf(BigInt(fromTsNs)), toMicros: microsOf(BigInt(toTsNs)) };
};
