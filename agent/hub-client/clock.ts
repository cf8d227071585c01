/** Time as the hub client needs it; handed in, so that tests move it by hand. */
export interface Clock {
  /** Wall clock, ns since the epoch. */
  nowNs(): bigint;
  /** Milliseconds from an arbitrary start, never set. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}
