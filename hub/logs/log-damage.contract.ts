import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { World } from "../relay/log/log-world.contract.ts";
import { CONTAINER, commitOf, ORG } from "./log-store.contract.ts";
import type { LogDamage, LogStore } from "./log-store.ts";
import { compactEverything, linesOf } from "./log-upkeep.contract.ts";
import { countLines } from "./query/histogram.ts";
import { openLines } from "./query/read-lines.ts";
import { EVERY_LINE } from "./query/scan/line-filter.ts";
import { ScanPool } from "./query/scan/scan-pool.ts";
import { searchLogs } from "./query/search-logs.ts";

/** A store whose rows somebody can damage behind its back. */
export interface DamagedHome extends AsyncDisposable {
  readonly open: (damaged: (damage: LogDamage) => void) => Promise<LogStore>;
  /** Flips one byte in the stored bytes of the row that begins with this line. */
  readonly flipByte: (firstSeq: number) => Promise<void>;
  /** Makes the stored place of every log unreadable. */
  readonly spoilCursors: () => Promise<void>;
}

const all = { orgId: ORG, containerId: CONTAINER, fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, maxBytes: 1e9 };
const STAMP = 1_780_000_000;
const stampNs = (seq: number): string => `${STAMP + seq}000000007`;
/** What stands in the place of the lines from `fromSeq` up to but without `endSeq`. */
const lossOf = (fromSeq: number, endSeq: number): string => {
  const loss = {
    ...{ reason: "source_error", fromTsNs: stampNs(fromSeq), toTsNs: stampNs(endSeq - 1), lines: endSeq - fromSeq },
  };
  return `${endSeq - 1} ${stampNs(endSeq - 1)} 128 ${JSON.stringify(loss)}`;
};

/** One flipped byte makes the lines of its row unreadable: every reader is told so in their place, and gets the rest. */
export const logDamageContract = (name: string, makeHome: () => Promise<DamagedHome>): void => {
  describe(`a damaged row, ${name}`, () => {
    /** Lines 0 to 299 in a chunk, then rows of a hundred up to 1,000; the byte is flipped in the row of `firstSeq`. */
    const withDamage = async (
      firstSeq: number,
      run: (store: LogStore, damage: readonly LogDamage[], home: DamagedHome) => Promise<void>,
    ): Promise<void> => {
      await using home = await makeHome();
      const before = await home.open(() => {});
      await before.append(commitOf(0, [100, 100, 100]));
      await compactEverything(before);
      for (let seq = 300; seq < 1_000; seq += 100) await before.append(commitOf(seq, [60, 40]));
      await before.close();
      await home.flipByte(firstSeq);
      const damage: LogDamage[] = [];
      const store = await home.open((found) => damage.push(found));
      try {
        await run(store, damage, home);
      } finally {
        await store.close();
      }
    };

    test.each([
      [0, 300],
      [500, 600],
      [900, 1_000],
    ])("[LOGS-03] a range has a loss record in the place of lines %i to %i, and every other line", (fromSeq, endSeq) =>
      withDamage(fromSeq, async (store, damage) => {
        const lines = linesOf(await store.readRange(all));
        expect(lines).toHaveLength(1_000 - (endSeq - fromSeq) + 1);
        expect(lines.filter((line) => line.includes("source_error"))).toEqual([lossOf(fromSeq, endSeq)]);
        const seqs = lines.map((line) => Number(line.split(" ")[0]));
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
        expect(damage).toContainEqual(
          expect.objectContaining({
            containerId: CONTAINER,
            what: expect.stringContaining(`${fromSeq} to ${endSeq - 1}`),
          }),
        );
        // Compaction leaves it alone, and joins what is around it.
        await compactEverything(store);
        expect(linesOf(await store.readRange(all))).toEqual(lines);
      }),
    );

    test("[LOG-22] whoever begins in the middle of the damaged lines meets the record too, and whoever ends there does not", () =>
      withDamage(500, async (store) => {
        const read = async (fromSeq: number, toSeq: number) =>
          linesOf(await store.readRange({ ...all, fromSeq, toSeq }));
        expect((await read(550, 640))[0]).toBe(lossOf(500, 600));
        expect(await read(510, 590)).toEqual([]);
        expect((await read(599, 601))[0]).toBe(lossOf(500, 600));
        const tail = linesOf(await store.readTail({ ...all, lines: 401 }));
        expect(tail[0]).toBe(lossOf(500, 600));
        expect(tail).toHaveLength(401);
      }));

    test("[LOGS-03] a log whose last lines and whose place are damaged goes on behind them", () =>
      withDamage(900, async (store, _, home) => {
        await home.spoilCursors();
        const cursor = (await store.cursors(ORG, [CONTAINER])).get(CONTAINER);
        expect(cursor?.nextSeq).toBe(1_000);
        await store.append(commitOf(1_000, [10]));
        expect(linesOf(await store.readTail({ ...all, lines: 11 }))[0]).toBe(lossOf(900, 1_000));
      }));

    test("[LOGS-06] [LOGS-11] a download says what is missing where it would be; a search and a histogram count it", () =>
      withDamage(500, async (store) => {
        const pool = new ScanPool({ after: () => () => {}, report: (error) => expect.unreachable(String(error)) });
        const { signal } = new AbortController();
        try {
          const tools = { logs: store, pool, nowMs: () => 0 };
          const scan = pool.open(ORG, EVERY_LINE);
          const download = async (kind: "text" | "ndjson"): Promise<readonly string[]> => {
            const query = { orgId: ORG, containerIds: [CONTAINER], filter: EVERY_LINE, tail: null, kind, signal };
            const { pieces } = await openLines({ logs: store, scan }, query);
            let text = "";
            for await (const piece of pieces) text += Buffer.from(piece.bytes).toString();
            return text.split("\n").slice(0, -1);
          };
          const ndjson = (await download("ndjson")).map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
          expect(ndjson).toHaveLength(901);
          expect(ndjson[500]).toMatchObject({ seq: 599, loss: { reason: "source_error", lines: 100 } });
          expect([ndjson[499]?.seq, ndjson[501]?.seq]).toEqual([499, 600]);
          const text = await download("text");
          expect(text).toHaveLength(901);
          expect(text[500]).toMatch(
            / \[100 stored lines cannot be read: they are damaged or missing on the hub's disk\]$/,
          );
          scan.close();
          const container = { containerId: CONTAINER, hostId: asId<HostId>("hst_0000000000aa") };
          const pattern = { kind: "text", source: "line", isCaseSensitive: true } as const;
          const page = await searchLogs(tools, {
            ...{ orgId: ORG, containers: [container], filter: { ...EVERY_LINE, pattern }, limit: 1_000 },
            ...{ after: null, signal },
          });
          expect(page.hits).toHaveLength(900);
          expect(page.progress).toMatchObject({ isComplete: true, unreadableLines: 100 });
          const histogram = await countLines(tools, {
            ...{ orgId: ORG, container, filter: EVERY_LINE, buckets: 5, nowNs: BigInt(stampNs(1_000)), signal },
          });
          expect(histogram).toMatchObject({ total: 900, progress: { unreadableLines: 100 } });
        } finally {
          await pool.close();
        }
      }));

    test("[LOG-22] a viewer is sent the loss record in the place of the damaged lines, and everything else", async () => {
      await using home = await makeHome();
      const before = await home.open(() => {});
      const writing = new World({ log: before });
      const agent = await writing.followed(1);
      for (let commit = 0; commit < 5; commit++) {
        agent.lines(1, 100);
        agent.cursor(1);
        await writing.relay.settled();
      }
      await before.close();
      await home.flipByte(200);
      const store = await home.open(() => {});
      try {
        const world = new World({ log: store });
        await world.followed(1);
        const viewer = world.viewer();
        viewer.subscribe(1, { sinceSeq: 0 });
        const isDone = () => viewer.of(1).expected === 500 && viewer.of(1).fetching.length === 0;
        await world.until(() => viewer.watched.size > 0 && isDone(), [viewer]);
        expect(viewer.of(1).lines.size).toBe(401);
        expect([...viewer.losses]).toEqual([[299, expect.stringContaining('"lines":100')]]);
        expect(viewer.doubles).toBe(0);
      } finally {
        await store.close();
      }
    });
  });
};
