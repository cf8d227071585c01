/** Counters from cgroup v2's files. */
import { type CgroupCounters, memoryUsed } from "./counters.ts";
import { readKernelFile, readKernelNumber, fieldOf } from "./kernel-file.ts";

/** `null` when the container has gone. */
export const readCgroupV2 = (directory: string): CgroupCounters | null => {
  const cpu = readKernelFile(`${directory}/cpu.stat`);
  const usageUs = fieldOf(cpu, "usage_usec");
  if (usageUs === null) return null;
  const usage = readKernelNumber(`${directory}/memory.current`);
  const details = readKernelFile(`${directory}/memory.stat`);
  const transfers = readKernelFile(`${directory}/io.stat`);
  return {
    cpuNs: usageUs * 1_000,
    memoryUsedBytes: memoryUsed(usage, null, fieldOf(details, "inactive_file")),
    memoryLimitBytes: readKernelNumber(`${directory}/memory.max`),
    blockReadBytes: transferred(transfers, "rbytes="),
    blockWriteBytes: transferred(transfers, "wbytes="),
    pids: readKernelNumber(`${directory}/pids.current`),
    cpuPeriods: fieldOf(cpu, "nr_periods"),
    throttledPeriods: fieldOf(cpu, "nr_throttled"),
  };
};

/** Sums one field of the lines `8:0 rbytes=4096 wbytes=0 rios=1 …` over all devices. */
const transferred = (text: string | null, field: "rbytes=" | "wbytes="): number | null => {
  if (text === null) return null;
  let sum = 0;
  for (const part of text.split(/\s/)) {
    if (part.startsWith(field)) sum += Number(part.slice(field.length)) || 0;
  }
  return sum;
};
