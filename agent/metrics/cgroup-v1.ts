/** Counters from cgroup v1's files. */
import type { CgroupLocation } from "./cgroup-location.ts";
import { type CgroupCounters, memoryUsed } from "./counters.ts";
import { readKernelFile, readKernelNumber, fieldOf } from "./kernel-file.ts";

/** `null` when the container has gone. */
export const readCgroupV1 = (location: Extract<CgroupLocation, { version: 1 }>): CgroupCounters | null => {
  const { cpuacct, cpu, memory, blkio, pids } = location;
  const cpuNs = readKernelNumber(`${cpuacct}/cpuacct.usage`);
  if (cpuNs === null) return null;
  const throttling = cpu === null ? null : readKernelFile(`${cpu}/cpu.stat`);
  const usage = memory === null ? null : readKernelNumber(`${memory}/memory.usage_in_bytes`);
  const details = memory === null ? null : readKernelFile(`${memory}/memory.stat`);
  const transfers = blkio === null ? null : readKernelFile(`${blkio}/blkio.throttle.io_service_bytes`);
  return {
    cpuNs,
    memoryUsedBytes: memoryUsed(usage, fieldOf(details, "total_inactive_file"), null),
    memoryLimitBytes: memory === null ? null : readKernelNumber(`${memory}/memory.limit_in_bytes`),
    blockReadBytes: transferred(transfers, "Read"),
    blockWriteBytes: transferred(transfers, "Write"),
    pids: pids === null ? null : readKernelNumber(`${pids}/pids.current`),
    cpuPeriods: fieldOf(throttling, "nr_periods"),
    throttledPeriods: fieldOf(throttling, "nr_throttled"),
  };
};

/** Sums the lines `8:0 Read 4096` over all devices. */
const transferred = (text: string | null, operation: "Read" | "Write"): number | null => {
  if (text === null) return null;
  let sum = 0;
  for (const line of text.split("\n")) {
    const [, word, value] = line.split(" ");
    if (word === operation) sum += Number(value);
  }
  return sum;
};
