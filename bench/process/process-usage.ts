/** What a process has used, from `/proc`. Linux only. */
import { readdir, readFile } from "node:fs/promises";

/** The kernel's USER_HZ, 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time, user and system, of all threads of a process since it began, in seconds (resolution 10 ms). */
export const readCpuSeconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The command name stands in parentheses and may contain anything, so fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

/** CPU time of several processes together, in seconds. */
export const readCpuSecondsOf = async (pids: readonly number[]): Promise<number> => {
  const seconds = await Promise.all(pids.map(readCpuSeconds));
  return seconds.reduce((sum, value) => sum + value, 0);
};

/** Resident memory in MB (10^6 bytes). */
export const readRssMb = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} has no memory any more.`);
  return (Number(kib) * 1024) / 1e6;
};

/** The children of a process, of all its threads. */
export const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8")));
  return lists.flatMap((list) => list.trim().split(" ").filter(Boolean).map(Number));
};
