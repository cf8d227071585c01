import { readRssMb } from "../process/process-usage.ts";

const EVERY_MS = 100;
const TENTHS = 10;

export interface MemoryCourse {
  /** Mean of each tenth of the time, MB. */
  readonly tenths: readonly number[];
  readonly peakMb: number;
}

/** Watches a process's resident memory while something runs. */
export const watchMemory = async <Result>(
  pid: number,
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly memory: MemoryCourse }> => {
  const samples = [await readRssMb(pid)];
  const timer = setInterval(() => {
    readRssMb(pid).then(
      (mb) => samples.push(mb),
      () => {}, // the process is gone: whoever uses it is told
    );
  }, EVERY_MS);
  try {
    const result = await run();
    samples.push(await readRssMb(pid));
    return { result, memory: { tenths: tenthsOf(samples), peakMb: Math.max(...samples) } };
  } finally {
    clearInterval(timer);
  }
};

const tenthsOf = (samples: readonly number[]): readonly number[] =>
  Array.from({ length: TENTHS }, (_, index) => {
    const from = Math.floor((index * samples.length) / TENTHS);
    const slice = samples.slice(from, Math.max(from + 1, Math.floor(((index + 1) * samples.length) / TENTHS)));
    return slice.reduce((sum, mb) => sum + mb, 0) / slice.length;
  });
