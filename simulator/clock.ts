/** Where the simulator takes its time from. Tests pass a clock that they move by hand. */
export interface SimulatorClock {
  /** Nanoseconds since the epoch; MUST NOT go back unless a test wants exactly that. */
  nowNs(): bigint;
  /** Calls `callback` once after `delayMs` and returns a function that cancels it. MUST NOT keep the process alive. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

export const NS_PER_MS = 1_000_000n;
export const NS_PER_SECOND = 1_000_000_000n;

/** How far the monotonic reading may leave the wall clock before it is set again (NTP steps, suspended machines). */
const TOLERATED_DRIFT_NS = 2n * NS_PER_MS;

/** The machine's time with nanosecond digits: `Date.now()` refined by the monotonic counter. */
export const systemClock = (): SimulatorClock => {
  let offsetNs = BigInt(Date.now()) * NS_PER_MS - process.hrtime.bigint();
  return {
    nowNs() {
      const wallNs = BigInt(Date.now()) * NS_PER_MS;
      const nowNs = offsetNs + process.hrtime.bigint();
      const driftNs = nowNs - wallNs;
      if (driftNs >= -TOLERATED_DRIFT_NS && driftNs <= TOLERATED_DRIFT_NS) return nowNs;
      offsetNs += wallNs - nowNs;
      return wallNs;
    },
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
};
