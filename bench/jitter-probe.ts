/**
 * How much the machine itself stalls: a process of its own sleeps 1 ms at a time, and what it oversleeps is what any
 * latency measured beside it may owe to the machine and not to the program under test.
 */
import { type Child, startChild } from "./process/child.ts";
import { LatencyHistogram } from "./percentiles.ts";

const SLEEP_MS = 1;

export interface Jitter {
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface JitterProbe extends AsyncDisposable {
  /** Begins a new measurement. */
  reset(): void;
  /** What was overslept since the last reset. */
  read(): Promise<Jitter>;
}

export const startJitterProbe = (): JitterProbe => {
  const child: Child = startChild({ file: import.meta.filename });
  return {
    reset: () => child.process.send("reset"),
    read: async () => {
      const answer = child.message();
      child.process.send("read");
      return (await answer) as Jitter;
    },
    [Symbol.asyncDispose]: () => child.stop(),
  };
};

/** A sentence for the notes of a result. */
export const jitterNote = (readings: readonly Jitter[]): string => {
  const worst = (values: readonly number[]): string => Math.max(...values).toFixed(1);
  const shown = readings.map(({ p99Ms, maxMs }) => `${p99Ms.toFixed(1)}/${maxMs.toFixed(1)}`).join(", ");
  const p99 = worst(readings.map(({ p99Ms }) => p99Ms));
  const max = worst(readings.map(({ maxMs }) => maxMs));
  return `Jitter of the machine, 1 ms sleeps overslept by p99 ≤ ${p99} ms, max ${max} ms (p99/max per phase: ${shown}).`;
};

const probe = (): void => {
  let histogram = new LatencyHistogram();
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  process.on("message", (message) => {
    if (message === "read") process.send?.({ p99Ms: histogram.percentileMs(0.99), maxMs: histogram.maxMs });
    if (message === "reset") histogram = new LatencyHistogram();
  });
  const sleep = (): void => {
    // A blocking sleep: the event loop's timers have a resolution of their own, which is not the machine's doing.
    for (let round = 0; round < 20; round++) {
      const beganMs = performance.now();
      Atomics.wait(sleeper, 0, 0, SLEEP_MS);
      histogram.record((performance.now() - beganMs - SLEEP_MS) * 1000);
    }
    setImmediate(sleep);
  };
  sleep();
};

if (import.meta.main) probe();
