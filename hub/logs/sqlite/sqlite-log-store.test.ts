import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { logFuzzContract } from "../../relay/log/log-fuzz.contract.ts";
import { CONTAINER, commitOf, logStoreContract, ORG } from "../log-store.contract.ts";
import { logUpkeepContract } from "../log-upkeep.contract.ts";
import { dayFile, dayOf, openForWriting } from "./sqlite-day-file.ts";
import { SqliteLogStore } from "./sqlite-log-store.ts";

const START_MS = Date.UTC(2026, 0, 2, 22);
/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

const makeHome = async () => {
  const directory = await makeTempDir("logs");
  let nowMs = START_MS;
  return {
    directory: directory.path,
    open: () => Promise.resolve(new SqliteLogStore({ directory: directory.path, nowMs: () => nowMs, after })),
    pass: (ms: number) => {
      nowMs += ms;
    },
    [Symbol.asyncDispose]: () => directory.remove(),
  };
};

const openStore = async () => {
  const home = await makeHome();
  const store = await home.open();
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await home[Symbol.asyncDispose]();
    },
  });
};

logStoreContract("SQLite", makeHome);
logUpkeepContract("SQLite", makeHome);
logFuzzContract("on SQLite", openStore, [1, 2, 1034]);

test("[LOG-7] a day's file that a crash left without its tables counts as absent, and is completed", async () => {
  await using home = await makeHome();
  const first = await home.open();
  await first.append(commitOf(0, [10]));
  home.pass(24 * 3_600_000);
  await mkdir(path.join(home.directory, ORG), { recursive: true });
  await writeFile(dayFile(home.directory, ORG, dayOf(START_MS + 24 * 3_600_000)), "");
  expect((await first.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(10);
  await first.append(commitOf(10, [10]));
  expect((await first.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(20);
  expect(await first.readRange({ ...commitOf(0, []), fromSeq: 0, toSeq: 20, maxBytes: 1e6 })).toHaveLength(2);
  await first.close();
});

test("[LOG-7] a directory that cannot be written is storage_unavailable, and works once it can", async () => {
  await using home = await makeHome();
  await writeFile(path.join(home.directory, ORG), "a file where a folder belongs");
  const store = await home.open();
  await expect(store.append(commitOf(0, [10]))).rejects.toMatchObject({ code: "storage_unavailable" });
  await rm(path.join(home.directory, ORG));
  await store.append(commitOf(0, [10]));
  await store.close();
  await expect(store.append(commitOf(10, [10]))).rejects.toMatchObject({ code: "storage_unavailable" });
});

test("[LOG-7] an org id that is no id cannot name another folder", async () => {
  await using home = await makeHome();
  const store = await home.open();
  const commit = { ...commitOf(0, [10]), orgId: "../../etc" as typeof ORG };
  await expect(store.append(commit)).rejects.toMatchObject({ code: "storage_unavailable" });
  await store.close();
});

test("two openings of a new day's file at once agree on its tables", async () => {
  await using home = await makeHome();
  const file = dayFile(home.directory, ORG, "2026-01-02");
  const one = openForWriting(file, []);
  const two = openForWriting(file, []);
  expect(two.prepare("SELECT count(*) AS n FROM container").get()?.n).toBe(0);
  one.close();
  two.close();
});

test("[LOG-7] everything acknowledged is there after kill -9", { timeout: 60_000 }, async () => {
  await using home = await makeHome();
  for (let round = 0; round < 3; round++) {
    const store = await home.open();
    const nextSeq = (await store.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq ?? 0;
    await store.close();
    const acknowledged = await killWhileWriting(home.directory, nextSeq);
    const survivor = await home.open();
    const stored = (await survivor.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq ?? 0;
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThan(nextSeq);
    const batches = await survivor.readRange({ ...commitOf(0, []), fromSeq: 0, toSeq: stored, maxBytes: 1e9 });
    expect(batches.length).toBe(stored / 10);
    await survivor.close();
  }
});

/** A process that appends ten lines at a time and prints what is durable, killed in the middle. Returns the last it printed. */
const killWhileWriting = async (directory: string, nextSeq: number): Promise<number> => {
  const source = `
    import { SqliteLogStore } from ${JSON.stringify(new URL("./sqlite-log-store.ts", import.meta.url).href)};
    import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
    const after = (_, task) => { setImmediate(task); return () => {}; };
    const store = new SqliteLogStore({ directory: process.argv[1], nowMs: () => ${START_MS}, after });
    const text = Buffer.from("a line");
    for (let seq = Number(process.argv[2]); ; seq += 10) {
      const encoder = new BatchEncoder();
      for (let line = 0; line < 10; line++) encoder.append(1780000000, 0, 0, text, 0, text.length);
      const cursor = { nextSeq: seq + 10, tsNs: "1", ordinal: 0, tail: [] };
      await store.append({ orgId: "${ORG}", containerId: "${CONTAINER}", firstSeq: seq, batches: [encoder.finish(seq)], cursor });
      console.log(seq + 10);
    }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source, "--", directory, String(nextSeq)], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= nextSeq + 500) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
};
