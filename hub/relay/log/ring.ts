import { RING_COMMITTED_LINES } from "@yardarm/protocol/limits";
import type { LogEntry } from "./log-entry.ts";

/** Who keeps the sum over all rings. */
export interface RingAccount {
  /** A ring's size changed, or what it could give up. MUST NOT change the ring. */
  changed(ring: Ring, deltaBytes: number): void;
  /** A good moment to have rings give something up. */
  balance(): void;
}

/**
 * The newest lines of one container, without a hole: everything that is not committed yet (bounded by the agent's
 * window), and committed lines as long as the hub's budget allows.
 */
export class Ring {
  readonly #account: RingAccount;
  #entries: LogEntry[] = [];
  /** Entries before it are gone; the array is shortened now and then. */
  #head = 0;
  #endSeq: number;
  #committedSeq: number;
  /** Nothing from here on may be given up: viewers have not been sent it yet. */
  #keepFromSeq = Number.MAX_SAFE_INTEGER;
  #bytes = 0;

  /** @param startSeq where the next line belongs; everything below it is committed */
  constructor(account: RingAccount, startSeq: number) {
    this.#account = account;
    this.#endSeq = startSeq;
    this.#committedSeq = startSeq;
  }

  /** The oldest line here, or `endSeq` when there is none. */
  get firstSeq(): number {
    return this.#entries[this.#head]?.firstSeq ?? this.#endSeq;
  }

  get endSeq(): number {
    return this.#endSeq;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when the budget could take something from it. */
  get canEvict(): boolean {
    const oldest = this.#entries[this.#head];
    return oldest !== undefined && this.#isEvictable(oldest);
  }

  push(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#endSeq = entry.endSeq;
    this.#count(entry, entry.bytes);
    this.#account.balance();
  }

  /** Entries that hold lines from `seq` on, oldest first. */
  *from(seq: number): Generator<LogEntry> {
    for (let index = this.#indexOf(seq); index < this.#entries.length; index++) yield this.#entries[index] as LogEntry;
  }

  /** The first entry that holds `seq` or something behind it. */
  at(seq: number): LogEntry | undefined {
    return this.#entries[this.#indexOf(seq)];
  }

  /** An entry was decompressed in place; perhaps it is not here any more. */
  recount(entry: LogEntry): void {
    if (this.at(entry.firstSeq) === entry) this.#count(entry, entry.bytes);
  }

  /** Lines below `committedSeq` are in the store; those below `keepFromSeq` besides were sent to everybody who watches. */
  settle(committedSeq: number, keepFromSeq: number): void {
    const already = this.#committedSeq;
    this.#committedSeq = committedSeq;
    this.#keepFromSeq = keepFromSeq;
    for (const entry of this.from(already)) {
      if (entry.endSeq > committedSeq) break;
      entry.markCommitted();
      this.#count(entry, entry.bytes);
    }
    const surplusBelow = Math.min(committedSeq, keepFromSeq) - RING_COMMITTED_LINES;
    let dropped = this.#entries[this.#head];
    while (dropped !== undefined && dropped.endSeq <= surplusBelow) {
      this.#dropOldest(dropped);
      dropped = this.#entries[this.#head];
    }
    this.#resize(0);
    this.#account.balance();
  }

  /** Gives up the oldest committed entry; returns its bytes, 0 when there is none to give. */
  evictOldest(): number {
    const oldest = this.#entries[this.#head];
    if (oldest === undefined || !this.#isEvictable(oldest)) return 0;
    const { accountedBytes } = oldest;
    this.#dropOldest(oldest);
    return accountedBytes;
  }

  /** Forgets lines from `seq` on (an entry boundary): they will be numbered anew. */
  cutFrom(seq: number): void {
    const cut = this.#entries.splice(this.#indexOf(seq));
    this.#endSeq = seq;
    for (const entry of cut) this.#count(entry, 0);
  }

  /** Empty again; the next line is `startSeq`, everything below it is committed. */
  restart(startSeq: number): void {
    this.#entries = [];
    this.#head = 0;
    this.#endSeq = startSeq;
    this.#committedSeq = startSeq;
    this.#resize(-this.#bytes);
  }

  #isEvictable(entry: LogEntry): boolean {
    return entry.endSeq <= this.#committedSeq && entry.endSeq <= this.#keepFromSeq;
  }

  #dropOldest(entry: LogEntry): void {
    this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    this.#count(entry, 0);
  }

  #count(entry: LogEntry, bytes: number): void {
    const delta = bytes - entry.accountedBytes;
    entry.accountedBytes = bytes;
    this.#resize(delta);
  }

  #resize(deltaBytes: number): void {
    this.#bytes += deltaBytes;
    this.#account.changed(this, deltaBytes);
  }

  /** Binary search: index of the first entry that ends behind `seq`. */
  #indexOf(seq: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as LogEntry).endSeq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
