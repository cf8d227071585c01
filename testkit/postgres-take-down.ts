import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { endProcess, processTreeNaming } from "./process-tree.ts";

/** Ends the PostgreSQL cluster that lives in `directory` and removes it. Doing it again is harmless. */
export async function takeDownPostgres(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const pidFile = await readFile(path.join(directory, "data/postmaster.pid"), "utf8").catch(() => "0");
  const pid = Number(pidFile.split("\n")[0]);
  const tree = await processTreeNaming(`${directory}/`);
  if (tree.includes(pid)) await endProcess(pid, { politely: "SIGINT" }); // PostgreSQL's fast shutdown: connections are cut, files are closed
  for (const left of tree) await endProcess(left, { politely: "SIGKILL" });
  await rm(directory, { recursive: true, force: true });
}
