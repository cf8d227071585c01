import { readdir, readFile } from "node:fs/promises";
import { waitUntil } from "./wait-until.ts";

/** Ending processes by their ids, from what `/proc` says. Linux only. */

interface ProcessRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly state: string;
  readonly commandLine: string;
}

async function readRow(pid: number): Promise<ProcessRow | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // The command name stands in parentheses and may contain anything, so fields are counted from the last one.
    const [state = "", parentPid = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, state, parentPid: Number(parentPid), commandLine: commandLine.replaceAll("\0", " ") };
  } catch {
    return undefined; // gone between listing and reading
  }
}

async function readTable(): Promise<readonly ProcessRow[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(readRow))).filter((row) => row !== undefined);
}

/** True while the process runs; a zombie that nobody has reaped yet counts as gone. */
export async function isRunning(pid: number): Promise<boolean> {
  const row = await readRow(pid);
  return row !== undefined && row.state !== "Z" && row.state !== "X";
}

/** Every process, other than this one, whose command line mentions `text`, and all their descendants. */
export async function processTreeNaming(text: string): Promise<readonly number[]> {
  const table = await readTable();
  const found = new Set<number>();
  const add = (pid: number) => {
    if (pid === process.pid || found.has(pid)) return;
    found.add(pid);
    for (const row of table) if (row.parentPid === pid) add(row.pid);
  };
  for (const row of table) if (row.commandLine.includes(text)) add(row.pid);
  return [...found];
}

/** The children of a process whose command line mentions `text`. */
export async function childrenNaming(parentPid: number, text: string): Promise<readonly number[]> {
  const table = await readTable();
  return table.filter((row) => row.parentPid === parentPid && row.commandLine.includes(text)).map(({ pid }) => pid);
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Asks politely, then not, and returns when the process is gone. */
export async function endProcess(
  pid: number,
  { politely = "SIGTERM", graceMs = 10_000 }: { readonly politely?: NodeJS.Signals; readonly graceMs?: number } = {},
): Promise<void> {
  if (!(await isRunning(pid))) return;
  signal(pid, politely);
  const gone = () => isRunning(pid).then((running) => !running);
  try {
    await waitUntil(`process ${pid} to end`, gone, { timeoutMs: graceMs });
  } catch {
    signal(pid, "SIGKILL");
    await waitUntil(`process ${pid} to end after SIGKILL`, gone, { timeoutMs: 10_000 });
  }
}
