import path from "node:path";
import { SqliteLogStore } from "./logs/sqlite/sqlite-log-store.ts";
import { removedContainersContract } from "./removed-containers.contract.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

removedContainersContract("SQLite", async () => ({
  openLogs: async (directory, nowMs) => new SqliteLogStore({ directory: path.join(directory, "logs"), nowMs, after }),
}));
