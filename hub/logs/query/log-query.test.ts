import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { MemoryLogStore } from "../memory-log-store.ts";
import { SqliteLogStore } from "../sqlite-log-store.ts";
import { logQueryContract } from "./log-query.contract.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

logQueryContract("in memory", () => {
  const store = new MemoryLogStore();
  return Promise.resolve(Object.assign(store, { [Symbol.asyncDispose]: () => store.close() }));
});

logQueryContract("SQLite", async () => {
  const directory = await makeTempDir("log-query");
  const store = new SqliteLogStore({ directory: directory.path, nowMs: Date.now, after });
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await directory.remove();
    },
  });
});
