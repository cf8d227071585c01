/** The machine's own time, in the one shape that the agent's parts ask for. */
const NS_PER_MS = 1_000_000n;

export const systemClock = {
  /** Wall clock, ns since the epoch. */
  nowNs: (): bigint => BigInt(Date.now()) * NS_PER_MS,
  /** Milliseconds from an arbitrary start, never set. */
  monotonicMs: (): number => performance.now(),
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  setTimer: (delayMs: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
