import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { createRandom } from "@yardarm/testkit/random";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryLogStore } from "../memory-log-store.ts";
import { openMergedLines } from "./merged-lines.ts";
import { EVERY_LINE, type LineFilter } from "./scan/line-filter.ts";
import type { LinePiece } from "./scan/line-writer.ts";
import { ScanPool } from "./scan/scan-pool.ts";
import type { StoredLogs } from "./stored-logs.ts";

/** Many containers as one log: what a contract with small logs does not reach. */

const ORG = asId<OrgId>("org_0000000000aa");
const START_SECONDS = 1_780_000_000;
const LINES_PER_BATCH = 500;

const { signal } = new AbortController();
// No scan here takes long: nobody is ended.
const pool = new ScanPool({ after: () => () => {}, report: (error) => expect.unreachable(String(error)) });
afterAll(() => pool.close());

const idOf = (name: string): ContainerId => asId<ContainerId>(`ctr_000000000000${name}`);

/** Lines `name seq` at these moments, seconds after the start. */
const write = async (
  store: MemoryLogStore,
  name: string,
  { moments, padding = "" }: { readonly moments: readonly number[]; readonly padding?: string },
): Promise<void> => {
  for (let firstSeq = 0; firstSeq < moments.length; firstSeq += LINES_PER_BATCH) {
    const encoder = new BatchEncoder();
    const batch = moments.slice(firstSeq, firstSeq + LINES_PER_BATCH);
    for (const [index, moment] of batch.entries()) {
      const text = Buffer.from(`${firstSeq + index} ${padding}`);
      encoder.append(START_SECONDS + Math.floor(moment), Math.round((moment % 1) * 1e9), 0, text, 0, text.length);
    }
    const endSeq = firstSeq + batch.length;
    const tsNs = `${START_SECONDS + Math.floor(batch.at(-1) ?? 0)}000000000`;
    const cursor = { nextSeq: endSeq, tsNs, ordinal: 0, tail: [] };
    await store.append({
      ...{ orgId: ORG, containerId: idOf(name), firstSeq, batches: [encoder.finish(firstSeq)], cursor },
    });
  }
};

interface ReadLine {
  readonly name: string;
  readonly ts: string;
  readonly text: string;
}

const open = (logs: StoredLogs, names: readonly string[], filter: LineFilter = EVERY_LINE) => {
  const scan = pool.open(ORG, filter);
  const containers = names.map((name) => ({
    containerId: idOf(name),
    format: { kind: "text" as const, messageBytes: null, prefix: `${name} `, extraFields: "" },
  }));
  const query = { orgId: ORG, containers, filter, mostContainers: 200, signal };
  return { scan, opening: openMergedLines({ logs, scan }, query) };
};

const read = async (logs: StoredLogs, names: readonly string[], filter?: LineFilter) => {
  const { scan, opening } = open(logs, names, filter);
  const pieces: LinePiece[] = [];
  for await (const piece of (await opening).pieces) pieces.push(piece);
  scan.close();
  const lines = Buffer.concat(pieces.map(({ bytes }) => bytes))
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line): ReadLine => {
      const [name = "", ts = "", ...text] = line.split(" ");
      return { name, ts, text: text.join(" ").trim() };
    });
  return { lines, pieces };
};

const seqsOf = (lines: readonly ReadLine[], wanted: string): readonly number[] =>
  lines.filter(({ name }) => name === wanted).map(({ text }) => Number.parseInt(text, 10));
const upTo = (end: number): readonly number[] => Array.from({ length: end }, (_, index) => index);

describe("[LOGS-12] many containers as one log", () => {
  test("large logs, written at different rates, come in pieces that are no larger than a few megabytes", async () => {
    const store = new MemoryLogStore();
    const random = createRandom(3);
    const padding = "x".repeat(400);
    const counts = { a: 9_000, b: 6_000, c: 40, d: 3_000 };
    for (const [name, count] of Object.entries(counts)) {
      let moment = random.int(0, 100);
      const moments = upTo(count).map(() => (moment += (random.int(0, 10) * 100) / count));
      await write(store, name, { moments, padding });
    }
    const { lines, pieces } = await read(store, Object.keys(counts));
    for (const [name, count] of Object.entries(counts)) expect(seqsOf(lines, name)).toEqual(upTo(count));
    const stamps = lines.map(({ ts }) => ts);
    expect(stamps).toEqual(stamps.toSorted());
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(3 * 1024 * 1024);
  });

  test("a clock that was set back does not change a container's order, and the others keep theirs", async () => {
    const store = new MemoryLogStore();
    const back = [0, 10, 20, 30, 5, 15, 25, 35, 45].map((at) => at + 0.5);
    await write(store, "a", { moments: back });
    await write(store, "b", { moments: upTo(50) });
    const { lines } = await read(store, ["a", "b"]);
    expect(seqsOf(lines, "a")).toEqual(upTo(back.length));
    expect(seqsOf(lines, "b")).toEqual(upTo(50));
    // The lines after the step stand with the last one before it.
    const before = (seq: number): number =>
      seqsOf(
        lines.slice(
          0,
          lines.findIndex(({ name, text }) => name === "a" && text === `${seq}`),
        ),
        "b",
      ).length;
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map(before)).toEqual([1, 11, 21, 31, 31, 31, 31, 36, 46]);
  });

  test("with stamps far in the future a container comes last, and is not held in memory meanwhile", async () => {
    const store = new MemoryLogStore();
    await write(store, "a", { moments: [0, 1e6, ...upTo(20_000)], padding: "x".repeat(200) });
    await write(store, "b", { moments: upTo(3_000) });
    let fetched = 0;
    const logs: StoredLogs = {
      ...{ since: (...asked) => store.since(...asked), cursors: (...asked) => store.cursors(...asked) },
      chunks: (query) =>
        (async function* () {
          for await (const one of store.chunks(query)) {
            if (query.containerIds[0] === idOf("a")) fetched += 1;
            yield one;
          }
        })(),
    };
    const { scan, opening } = open(logs, ["a", "b"]);
    const { pieces } = await opening;
    await pieces.next();
    expect(fetched).toBeLessThan(20);
    await pieces.return();
    scan.close();
    const { lines } = await read(store, ["a", "b"]);
    expect(seqsOf(lines, "a")).toEqual(upTo(20_002));
    expect(seqsOf(lines.slice(-20_001), "b")).toEqual([]);
  });

  test("what cannot be read is said in its place, with whose it is", async () => {
    const store = new MemoryLogStore();
    await write(store, "a", { moments: upTo(1_500) });
    await write(store, "b", { moments: upTo(1_500) });
    const logs: StoredLogs = {
      ...{ since: (...asked) => store.since(...asked), cursors: (...asked) => store.cursors(...asked) },
      chunks: (query) =>
        (async function* () {
          for await (const one of store.chunks(query)) {
            const isLost = one.kind === "chunk" && one.chunk.firstSeq === 500 && one.chunk.containerId === idOf("a");
            yield isLost ? { kind: "damaged", ...one.chunk } : one;
          }
        })(),
    };
    const { lines } = await read(logs, ["a", "b"]);
    const lost = lines.findIndex(({ text }) => text.startsWith("[500 stored lines cannot be read"));
    expect(lines[lost]?.name).toBe("a");
    expect(seqsOf(lines.slice(0, lost), "a")).toEqual(upTo(500));
    expect(seqsOf(lines.slice(lost + 1), "a")).toEqual(upTo(500).map((seq) => 1_000 + seq));
    expect(seqsOf(lines.slice(0, lost), "b").length).toBeGreaterThanOrEqual(999);
    expect(seqsOf(lines, "b")).toEqual(upTo(1_500));
  });

  test("a container is opened when its time has come, and left when the reader leaves", async () => {
    const store = new MemoryLogStore();
    await write(store, "a", { moments: upTo(5_000), padding: "x".repeat(1_000) });
    await write(store, "b", { moments: upTo(10).map((at) => 1e6 + at) });
    const opened: string[] = [];
    const left: string[] = [];
    const logs: StoredLogs = {
      ...{ since: (...asked) => store.since(...asked), cursors: (...asked) => store.cursors(...asked) },
      chunks: (query) =>
        (async function* () {
          opened.push(query.containerIds.join());
          try {
            yield* store.chunks(query);
          } finally {
            left.push(query.containerIds.join());
          }
        })(),
    };
    const { scan, opening } = open(logs, ["b", "a"]);
    const { pieces } = await opening;
    expect(opened).toEqual([]);
    await pieces.next();
    expect(opened).toEqual([idOf("a")]);
    expect(left).toEqual([]);
    await pieces.return();
    scan.close();
    expect(left).toEqual([idOf("a")]);
  });
});
