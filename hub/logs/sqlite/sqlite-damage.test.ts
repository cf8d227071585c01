import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { inspect, promisify } from "node:util";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { createRandom } from "@yardarm/testkit/random";
import { makeTempDir, type TempDir } from "@yardarm/testkit/temp-dir";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openChunk } from "../log-chunk.ts";
import { logDamageContract } from "../log-damage.contract.ts";
import { CONTAINER, commitOf, cursorAt, ORG } from "../log-store.contract.ts";
import type { LogDamage } from "../log-store.ts";
import { chunksOf, compactEverything, evictEverything, limitsOf, linesOf } from "../log-upkeep.contract.ts";
import { dayFile, dayOf } from "./sqlite-day-file.ts";
import { SqliteLogStore } from "./sqlite-log-store.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 22);
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};
const all = { orgId: ORG, containerId: CONTAINER, fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, maxBytes: 1e9 };

const openStore = (directory: string) => {
  const damage: LogDamage[] = [];
  const store = new SqliteLogStore({
    directory,
    nowMs: () => NOW_MS,
    after,
    damaged: (found) => damage.push(found),
  });
  return { store, damage, [Symbol.asyncDispose]: () => store.close() };
};

/** A commit whose lines hardly compress. */
const noiseOf = (firstSeq: number, lines: number) => {
  const encoder = new BatchEncoder();
  const random = createRandom(firstSeq + 1);
  for (let seq = firstSeq; seq < firstSeq + lines; seq++) {
    const noise = Uint32Array.from({ length: 68 }, () => random.int(0, 0xffff_ffff));
    const text = Buffer.from(`${seq} ${Buffer.from(noise.buffer).toString("base64")}`);
    encoder.append(1_780_000_000 + seq, 0, 0, text, 0, text.length);
  }
  return { ...commitOf(firstSeq, []), batches: [encoder.finish(firstSeq)], cursor: cursorAt(firstSeq + lines) };
};

/** Rows of both kinds, and what their lines are. */
const fill = async (directory: string): Promise<ReadonlySet<string>> => {
  await using opened = openStore(directory);
  const { store } = opened;
  for (let seq = 0; seq < 1_000; seq += 100) await store.append(noiseOf(seq, 100));
  await compactEverything(store);
  for (let seq = 1_000; seq < 2_000; seq += 100) await store.append(noiseOf(seq, 100));
  return new Set(linesOf(await store.readRange(all)));
};

let filled: TempDir;
/** Its lines. */
let written: ReadonlySet<string>;
beforeAll(async () => {
  filled = await makeTempDir("damage");
  written = await fill(filled.path);
});
afterAll(() => filled?.remove());

const copyOfFilled = async (): Promise<TempDir> => {
  const home = await makeTempDir("damage");
  await cp(filled.path, home.path, { recursive: true });
  return home;
};

const file = (directory: string): string => dayFile(directory, ORG, dayOf(NOW_MS));

test("[LOGS-11] a flipped byte anywhere in a file makes no line another one: the rest is read, and what is missing reported", {
  timeout: 240_000,
}, async () => {
  await using home = await makeTempDir("damage");
  expect(written.size).toBe(2_000);
  const bytes = readFileSync(file(filled.path));
  const random = createRandom(20_261_123);
  let reported = 0;
  for (let flip = 0; flip < 12; flip++) {
    const directory = path.join(home.path, `flip-${flip}`);
    await mkdir(path.join(directory, ORG), { recursive: true });
    const damaged = Uint8Array.from(bytes);
    const at = flip === 0 ? 3 : random.int(0, bytes.length - 1);
    damaged[at] = (damaged[at] as number) ^ random.int(1, 255);
    writeFileSync(file(directory), damaged);
    await using opened = openStore(directory);
    const { store, damage } = opened;
    const where = `byte ${at}`;
    const found = linesOf(await store.readRange(all));
    const read = found.filter((line) => !line.includes('{"reason":"source_error"'));
    expect(
      read.filter((line) => !written.has(line)),
      where,
    ).toEqual([]);
    if (read.length < written.size) expect(damage.length, where).toBeGreaterThan(0);
    // What lies between two lines that can be read is said to be missing there.
    const seqs = new Set(found.map((line) => Number(line.split(" ")[0])));
    if (read.length > 0 && read.length < written.size && seqs.has(0) && seqs.has(1_999))
      expect(found.length, where).toBeGreaterThan(read.length);
    if (damage.length > 0) reported++;
    const walked = await chunksOf(store);
    const lines = walked.flatMap((found) =>
      found.kind === "damaged"
        ? []
        : openChunk(found.chunk).flatMap((part) => {
            const batch = part.decode();
            return Array.from({ length: batch.lineCount }, (_, index) => batch.lineText(index));
          }),
    );
    expect(lines.length, where).toBeLessThanOrEqual(written.size);
    if (lines.length < written.size) expect(damage.length, where).toBeGreaterThan(0);
    rmSync(directory, { recursive: true });
  }
  expect(reported).toBeGreaterThan(3);
});

logDamageContract("SQLite", async () => {
  const home = await makeTempDir("damage");
  const open = async (damaged: (damage: LogDamage) => void) =>
    new SqliteLogStore({ directory: home.path, nowMs: () => NOW_MS, after, damaged });
  const inFiles = (change: (database: DatabaseSync) => void): void => {
    for (const name of readdirSync(home.path, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".db")) continue;
      const database = new DatabaseSync(path.join(home.path, name));
      change(database);
      database.close();
    }
  };
  return {
    open,
    flipByte: async (firstSeq) =>
      inFiles((database) => {
        const found = database.prepare("SELECT ref, body FROM pack WHERE first_seq = ?").get(firstSeq);
        const body = found?.body as Uint8Array;
        body[body.length >> 1] = (body[body.length >> 1] as number) ^ 1;
        database.prepare("UPDATE pack SET body = ? WHERE ref = ?").run(body, Number(found?.ref));
      }),
    spoilCursors: async () => inFiles((database) => database.exec("UPDATE container SET cursor = 'spoiled'")),
    [Symbol.asyncDispose]: () => home.remove(),
  };
});

test("[LOGS-11] a file that cannot be written any more is set aside: its lines stay readable, new ones go beside it", async () => {
  await using home = await copyOfFilled();
  const bytes = readFileSync(file(home.path));
  // The root page of the index: nothing can be added to it, and rows are found no more.
  const database = new DatabaseSync(file(home.path), { readOnly: true });
  const root = Number(
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'pack_by_seq'").get()?.rootpage,
  );
  database.close();
  bytes.fill(0xaa, (root - 1) * 4096, root * 4096);
  writeFileSync(file(home.path), bytes);
  await using opened = openStore(home.path);
  const { store, damage } = opened;
  await expect(store.append(noiseOf(2_000, 10))).rejects.toMatchObject({ code: "storage_unavailable" });
  await store.append(noiseOf(2_000, 10));
  expect(damage.length).toBeGreaterThan(0);
  expect((await store.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(2_010);
  expect(linesOf(await store.readRange({ ...all, fromSeq: 2_000 }))).toHaveLength(10);
  expect(readdirSync(path.join(home.path, ORG)).filter((name) => name.endsWith(".1.db"))).toHaveLength(1);
});

test.skipIf(process.getuid?.() !== 0)(
  "[LOGS-12] on a full disk nothing acknowledged is lost, the oldest lines make room, and it goes on",
  { timeout: 60_000 },
  async () => {
    const home = await makeTempDir("full");
    const mount = path.join(home.path, "disk");
    await mkdir(mount);
    await promisify(execFile)("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", mount]);
    try {
      await using opened = openStore(path.join(mount, "logs"));
      const { store } = opened;
      let nextSeq = 0;
      const refused = await (async () => {
        for (;;) {
          try {
            await store.append(noiseOf(nextSeq, 500));
            nextSeq += 500;
          } catch (error) {
            return error;
          }
        }
      })();
      expect(refused).toMatchObject({ code: "storage_unavailable" });
      expect(nextSeq).toBeGreaterThan(5_000);
      expect((await store.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(nextSeq);
      const kept = linesOf(await store.readRange(all));
      expect(kept).toHaveLength(nextSeq);
      await evictEverything(store, limitsOf({ minFreeBytes: 12 * 1024 * 1024 }));
      const since = (await store.since(ORG, [CONTAINER])).get(CONTAINER);
      expect(since?.reason).toBe("free_disk");
      await store.append(noiseOf(nextSeq, 500));
      const after = linesOf(await store.readRange(all));
      expect(after.length).toBe(nextSeq + 500 - (since?.firstSeq ?? 0));
      expect(kept.slice(since?.firstSeq)).toEqual(after.slice(0, -500));
    } finally {
      await promisify(execFile)("umount", [mount]);
      await home.remove();
    }
  },
);

test("[LOGS-11] a flipped byte in a cursor is found: it is made again from the last lines, and the numbering goes on", async () => {
  await using home = await copyOfFilled();
  const database = new DatabaseSync(file(home.path));
  const text = String(database.prepare("SELECT cursor FROM container").get()?.cursor);
  database.prepare("UPDATE container SET cursor = ?").run(text.replace('"nextSeq":2000', '"nextSeq":1000'));
  database.close();
  await using opened = openStore(home.path);
  const { store, damage } = opened;
  const cursor = (await store.cursors(ORG, [CONTAINER])).get(CONTAINER);
  const last = linesOf(await store.readTail({ ...all, lines: 1 }));
  expect(cursor).toMatchObject({ nextSeq: 2_000, tsNs: last.at(-1)?.split(" ")[1], ordinal: 0 });
  expect(cursor?.tail).toHaveLength(8);
  expect(damage).toHaveLength(1);
  await expect(store.append(noiseOf(1_000, 10))).rejects.toMatchObject({ code: "conflict" });
  await store.append(noiseOf(2_000, 10));
  expect((await store.cursors(ORG, [CONTAINER])).get(CONTAINER)?.nextSeq).toBe(2_010);
  expect(linesOf(await store.readRange(all))).toHaveLength(2_010);
});

test("[LOGS-11] cursors salvaged from an older file never fall behind lines that can still be read", async () => {
  await using home = await makeTempDir("damage");
  const yesterday = new SqliteLogStore({ directory: home.path, nowMs: () => NOW_MS - 24 * 3_600_000, after });
  await yesterday.append(noiseOf(0, 100));
  await yesterday.close();
  const today = openStore(home.path);
  await today.store.append(noiseOf(100, 100));
  await today[Symbol.asyncDispose]();
  const database = new DatabaseSync(file(home.path), { readOnly: true });
  const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'container'").get()?.rootpage);
  database.close();
  const bytes = readFileSync(file(home.path));
  bytes.fill(0xaa, (root - 1) * 4096, root * 4096);
  writeFileSync(file(home.path), bytes);
  await using opened = openStore(home.path);
  const { store } = opened;
  // What the file still says through its index of containers decides: nothing that can be read is numbered again.
  await expect(store.append(noiseOf(50, 10))).rejects.toMatchObject({ code: "storage_unavailable" });
  const cursor = (await store.cursors(ORG, [CONTAINER])).get(CONTAINER);
  expect(cursor?.nextSeq).toBeGreaterThanOrEqual(100);
  await store.append(noiseOf(cursor?.nextSeq ?? 0, 10));
  const seqs = linesOf(await store.readRange(all)).map((line) => Number(line.split(" ")[0]));
  expect(new Set(seqs).size).toBe(seqs.length);
  await expect(store.append(noiseOf(90, 10))).rejects.toMatchObject({ code: "conflict" });
});

test("[LOGS-11] files of an earlier development version are named in a sentence, and left as they are", async () => {
  await using home = await copyOfFilled();
  const database = new DatabaseSync(file(home.path));
  database.exec("PRAGMA user_version = 2");
  database.close();
  await using opened = openStore(home.path);
  const { store, damage } = opened;
  const refused = await store.append(noiseOf(2_000, 10)).catch((error: unknown) => error);
  expect(inspect(refused)).toContain("earlier development version");
  await expect(store.cursors(ORG, [CONTAINER])).rejects.toMatchObject({ code: "storage_unavailable" });
  expect(damage).toEqual([]);
  expect(readdirSync(path.join(home.path, ORG)).filter((name) => name.endsWith(".db"))).toHaveLength(1);
});
