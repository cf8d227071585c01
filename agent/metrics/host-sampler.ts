/** The machine's own numbers, from `/proc`. */
import { join } from "node:path";
import type { HostSample } from "@yardarm/protocol/metrics";
import { readKernelFile } from "./kernel-file.ts";

type CpuTicks = { readonly total: number; readonly idle: number };

export class HostSampler {
  readonly #procRoot: string;
  #before: CpuTicks | null = null;

  /** `procRoot` is the engine host's `/proc`. */
  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Four reads, about 100 µs. The processor's share is of all cores, over the time since the last call. */
  sample(): HostSample {
    const memory = readKernelFile(join(this.#procRoot, "meminfo"));
    const total = memoryBytes(memory, "MemTotal");
    const available = memoryBytes(memory, "MemAvailable");
    const swap = ["SwapTotal", "SwapFree", "SwapCached"].map((key) => memoryBytes(memory, key));
    const [swapTotal, swapFree, swapCached] = swap;
    return {
      cpuRatio: this.#cpuRatio(),
      load1: firstNumber(readKernelFile(join(this.#procRoot, "loadavg"))),
      memoryUsedBytes: total === null || available === null ? null : Math.max(0, total - available),
      memoryTotalBytes: total,
      swapUsedBytes:
        swapTotal == null || swapFree == null ? null : Math.max(0, swapTotal - swapFree - (swapCached ?? 0)),
    };
  }

  #cpuRatio(): number | null {
    const before = this.#before;
    const now = parseCpuTicks(readKernelFile(join(this.#procRoot, "stat")));
    this.#before = now;
    if (before === null || now === null) return null;
    const total = now.total - before.total;
    const idle = now.idle - before.idle;
    return total <= 0 || idle < 0 ? null : Number((Math.max(0, total - idle) / total).toFixed(4));
  }
}

/** `MemTotal` in bytes; `null` where `/proc` does not say. */
export const readHostMemoryBytes = (procRoot: string): number | null =>
  memoryBytes(readKernelFile(join(procRoot, "meminfo")), "MemTotal");

/** user nice system idle iowait irq softirq steal; guest time, which follows, is already inside user and nice. */
const parseCpuTicks = (text: string | null): CpuTicks | null => {
  const line = text?.slice(0, text.indexOf("\n")).trim().split(/\s+/);
  if (line?.[0] !== "cpu") return null;
  const ticks = line.slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, value) => sum + value, 0), idle: (ticks[3] ?? 0) + (ticks[4] ?? 0) };
};

const memoryBytes = (text: string | null, key: string): number | null => {
  const match = text === null ? null : new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text);
  return match?.[1] === undefined ? null : Number(match[1]) * 1_024;
};

const firstNumber = (text: string | null): number | null => {
  const value = Number.parseFloat(text ?? "");
  return Number.isNaN(value) ? null : value;
};
