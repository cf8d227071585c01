/** Above 300 lines: the world of random logs that every question is held against belongs beside the questions. */
import { zstdCompressSync } from "node:zlib";
import { type NdjsonLine, ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import { asId, type ContainerId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO, LEVEL_NAMES, type Level, levelName, WARN } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LOSS, flagsOf, STREAM_NAMES } from "@yardarm/protocol/log/line-flags";
import { encodeLoss } from "@yardarm/protocol/log/loss";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { createRandom, type Random } from "@yardarm/testkit/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogStore } from "../log-store.ts";
import { findPosition, storedRange } from "./find-line.ts";
import { countLines } from "./histogram.ts";
import { openMergedLines } from "./merged-lines.ts";
import { openLines } from "./read-lines.ts";
import { EVERY_LINE, type LineFilter } from "./scan/line-filter.ts";
import type { LineFormat, LinePiece } from "./scan/line-writer.ts";
import type { HitPlace, ScanHit } from "./scan/scan-job.ts";
import { ScanPool } from "./scan/scan-pool.ts";
import { type QueryTools, searchLogs } from "./search-logs.ts";

const ORG = asId<OrgId>("org_0000000000aa");
const CONTAINERS = ["a", "b", "c"].map((letter) => asId<ContainerId>(`ctr_000000000000${letter}`));
const hostOf = (containerId: ContainerId): HostId => asId<HostId>(`hst_000000000${containerId.slice(-1)}`);
const START_NS = 1_780_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

interface Line {
  readonly containerId: ContainerId;
  readonly seq: number;
  readonly tsNs: bigint;
  readonly level: Level;
  readonly stream: 0 | 1;
  readonly isLoss: boolean;
  readonly text: string;
}

const WORDS = ["GET", "refused", "Timeout", "user=7", "naïve", "\u001b[31mred\u001b[0m", "ok", "at java.lang.Thread"];

/** Lines of one container whose stamps grow, sometimes by nothing. */
const randomLines = (random: Random, containerId: ContainerId, count: number): readonly Line[] => {
  let tsNs = START_NS;
  return Array.from({ length: count }, (_, seq): Line => {
    tsNs += BigInt(random.int(0, 4)) * (SECOND_NS / 4n);
    const isLoss = random.int(0, 60) === 0;
    const words = Array.from({ length: random.int(0, 5) }, () => WORDS[random.int(0, WORDS.length - 1)] ?? "");
    const level = isLoss ? 0 : (random.int(0, LEVEL_NAMES.length - 1) as Level);
    return {
      containerId,
      seq,
      tsNs,
      level,
      stream: isLoss ? 0 : (random.int(0, 1) as 0 | 1),
      isLoss,
      text: words.join(" "),
    };
  });
};

const encode = (lines: readonly Line[], isCompressed: boolean): Uint8Array => {
  const encoder = new BatchEncoder();
  for (const line of lines) {
    const tsNs = line.tsNs.toString();
    const text = line.isLoss
      ? encodeLoss({ reason: "rotated", fromTsNs: tsNs, toTsNs: tsNs, lines: 3 })
      : Buffer.from(line.text);
    const flags = line.isLoss
      ? FLAG_LOSS
      : flagsOf(line.stream, line.level) | (line.text.startsWith("at ") ? FLAG_CONTINUATION : 0);
    encoder.append(Number(line.tsNs / SECOND_NS), Number(line.tsNs % SECOND_NS), flags, text, 0, text.length);
  }
  return encoder.finish(lines[0]?.seq ?? 0, isCompressed ? { compress: (body) => zstdCompressSync(body) } : {});
};

const append = async (store: LogStore, lines: readonly Line[], random: Random): Promise<void> => {
  for (let at = 0; at < lines.length; ) {
    const batches: Uint8Array[] = [];
    const firstSeq = lines[at]?.seq ?? 0;
    for (let batch = random.int(1, 3); batch > 0 && at < lines.length; batch--) {
      const slice = lines.slice(at, at + random.int(1, 40));
      batches.push(encode(slice, random.int(0, 1) === 1));
      at += slice.length;
    }
    const last = lines[at - 1];
    if (last === undefined) return;
    const cursor = { nextSeq: last.seq + 1, tsNs: last.tsNs.toString(), ordinal: 0, tail: [] };
    await store.append({ orgId: ORG, containerId: last.containerId, firstSeq, batches, cursor });
  }
};

/** What a filter means, said a second time and as simply as possible. */
const passes = (line: Line, filter: LineFilter): boolean => {
  if (filter.sinceNs !== null && line.tsNs < filter.sinceNs) return false;
  if (filter.untilNs !== null && line.tsNs >= filter.untilNs) return false;
  if (line.isLoss) return false;
  if (filter.levelMask !== null && (filter.levelMask & (1 << line.level)) === 0) return false;
  if (filter.stream !== null && line.stream !== filter.stream) return false;
  if (filter.pattern === null) return true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
  const seen = line.text.replace(/\u001b\[[0-9;]*m/g, "");
  const { kind, source, isCaseSensitive } = filter.pattern;
  if (kind === "regex") return new RegExp(source, isCaseSensitive ? "" : "i").test(seen);
  return isCaseSensitive ? seen.includes(source) : seen.toLowerCase().includes(source.toLowerCase());
};

const text = (source: string, isCaseSensitive = false): LineFilter["pattern"] => ({
  kind: "text",
  source,
  isCaseSensitive,
});
const FILTERS: readonly LineFilter[] = [
  EVERY_LINE,
  { ...EVERY_LINE, pattern: text("timeout") },
  { ...EVERY_LINE, pattern: text("ef"), levelMask: (1 << ERROR) | (1 << WARN) },
  { ...EVERY_LINE, pattern: { kind: "regex", source: "user=\\d", isCaseSensitive: true }, stream: 1 },
  { ...EVERY_LINE, pattern: { kind: "regex", source: "^red|ok$", isCaseSensitive: false } },
  { ...EVERY_LINE, levelMask: 1 << INFO, sinceNs: START_NS + 30n * SECOND_NS },
  {
    ...EVERY_LINE,
    sinceNs: START_NS + 20n * SECOND_NS,
    untilNs: START_NS + 60n * SECOND_NS,
    pattern: text("GET", true),
  },
  { ...EVERY_LINE, pattern: text("nowhere to be found") },
];

const byTimeDescending = (a: Line, b: Line): number => {
  if (a.tsNs !== b.tsNs) return a.tsNs > b.tsNs ? -1 : 1;
  if (a.containerId !== b.containerId) return a.containerId > b.containerId ? -1 : 1;
  return b.seq - a.seq;
};
const place = ({ containerId, seq }: { readonly containerId: ContainerId; readonly seq: number }): string =>
  `${containerId} ${seq}`;

/** What holds for questions to every log store. */
export const logQueryContract = (name: string, makeStore: () => Promise<LogStore & AsyncDisposable>): void => {
  describe(`questions to the log store: ${name}`, () => {
    const { signal } = new AbortController();
    // The questions change nothing: one store answers all of them.
    const opened = new AsyncDisposableStack();
    const all: Line[] = [];
    let tools: QueryTools;
    beforeAll(async () => {
      const store = opened.use(await makeStore());
      const random = createRandom(7);
      for (const containerId of CONTAINERS) {
        const lines = randomLines(random, containerId, 400);
        await append(store, lines, random);
        all.push(...lines);
      }
      const pool = new ScanPool({
        after: (ms, task) => {
          const timer = setTimeout(task, ms);
          return () => clearTimeout(timer);
        },
        report: (error) => {
          throw error;
        },
      });
      opened.defer(() => pool.close());
      tools = { logs: store, pool, nowMs: () => 0 };
    });
    afterAll(() => opened.disposeAsync());
    const search = async (
      asked: QueryTools,
      query: { readonly filter: LineFilter; readonly containers: readonly ContainerId[]; readonly limit: number },
    ): Promise<{ readonly hits: readonly ScanHit[]; readonly pages: number }> => {
      const hits: ScanHit[] = [];
      let after: HitPlace | null = null;
      for (let pages = 1; ; pages++) {
        const containers = query.containers.map((containerId) => ({ containerId, hostId: hostOf(containerId) }));
        const page = await searchLogs(asked, { ...query, orgId: ORG, containers, after, signal });
        expect(page.hits.length).toBeLessThanOrEqual(query.limit);
        hits.push(...page.hits);
        expect(page.progress.isComplete).toBe(page.next === null);
        if (page.next === null) return { hits, pages };
        after = page.next;
      }
    };
    const read = async (query: { filter: LineFilter; tail: number | null; containers?: readonly ContainerId[] }) => {
      const scan = tools.pool.open(ORG, query.filter);
      try {
        const containerIds = query.containers ?? CONTAINERS.slice(0, 1);
        const opened = await openLines(
          { logs: tools.logs, scan },
          { orgId: ORG, containerIds, kind: "ndjson", signal, ...query },
        );
        let written = "";
        for await (const piece of opened.pieces) written += Buffer.from(piece.bytes).toString();
        const lines = written
          .split("\n")
          .slice(0, -1)
          .map((line): NdjsonLine => ndjsonLineSchema.parse(JSON.parse(line)));
        if (opened.lineCount !== null) expect(lines).toHaveLength(opened.lineCount);
        return lines;
      } finally {
        scan.close();
      }
    };

    const readMerged = async (filter: LineFilter, kind: LineFormat["kind"], mostContainers = 3) => {
      const scan = tools.pool.open(ORG, filter);
      try {
        const containers = CONTAINERS.map((containerId) => {
          const extraFields = `"containerId":"${containerId}"`;
          return { containerId, format: { kind, messageBytes: null, prefix: `${containerId} `, extraFields } };
        });
        const merged = await openMergedLines(
          { logs: tools.logs, scan },
          { orgId: ORG, containers, filter, mostContainers, signal },
        );
        const pieces: LinePiece[] = [];
        for await (const piece of merged.pieces) pieces.push(piece);
        const lines = Buffer.concat(pieces.map(({ bytes }) => bytes))
          .toString()
          .split("\n")
          .slice(0, -1);
        expect(pieces.reduce((sum, piece) => sum + piece.lines, 0)).toBe(lines.length);
        if (merged.lineCount !== null) expect(lines).toHaveLength(merged.lineCount);
        return lines;
      } finally {
        scan.close();
      }
    };
    /** What a reading has: the lines that pass, and every loss between the bounds of time. */
    const isRead = (line: Line, filter: LineFilter): boolean =>
      line.isLoss
        ? (filter.sinceNs === null || line.tsNs >= filter.sinceNs) &&
          (filter.untilNs === null || line.tsNs < filter.untilNs)
        : passes(line, filter);

    test("[LOGS-12] many containers are one log in the order of time, each line once and with whose it is", async () => {
      for (const filter of FILTERS) {
        const expected = all.filter((line) => isRead(line, filter));
        const lines = (await readMerged(filter, "ndjson")).map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
        for (const containerId of CONTAINERS) {
          const own = expected.filter((line) => line.containerId === containerId);
          const seqs = lines.filter((line) => line.containerId === containerId).map(({ seq }) => seq);
          expect(seqs).toEqual(own.map(({ seq }) => seq));
        }
        const stamps = lines.map((line) => ("loss" in line ? line.loss.fromTs : line.ts));
        expect(stamps).toEqual(stamps.toSorted());
        const inText = await readMerged(filter, "text");
        expect(inText.map((line) => line.split(" ")[0])).toEqual(lines.map(({ containerId }) => containerId));
      }
    });

    test("[LOGS-12] more containers than are allowed are refused, those without lines at that time not counted", async () => {
      await expect(readMerged(EVERY_LINE, "text", 2)).rejects.toMatchObject({ code: "invalid_request" });
      const later = { ...EVERY_LINE, sinceNs: START_NS + 100_000n * SECOND_NS };
      expect(await readMerged(later, "text", 0)).toEqual([]);
      expect(await readMerged({ ...EVERY_LINE, untilNs: START_NS }, "text", 0)).toEqual([]);
    });

    test("[LOGS-11] every hit of one container, newest first, whatever the pages", async () => {
      const [containerId] = CONTAINERS;
      if (containerId === undefined) throw new Error("no container");
      for (const filter of FILTERS) {
        const expected = all.filter((line) => line.containerId === containerId && passes(line, filter)).reverse();
        for (const limit of [1, 7, 1000]) {
          const { hits } = await search(tools, { filter, containers: [containerId], limit: limit === 1 ? 3 : limit });
          expect(hits.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
        }
        const [hit] = (await search(tools, { filter, containers: [containerId], limit: 1000 })).hits;
        const [line] = expected;
        if (line === undefined || hit === undefined) continue;
        expect(hit).toEqual({
          ...{ containerId, seq: line.seq, tsNs: line.tsNs.toString(), message: line.text },
          ...{ level: levelName(line.level), stream: STREAM_NAMES[line.stream] },
        });
      }
    });

    test("[LOGS-11] hits of many containers come in the order of time, each once, whatever the pages and the budget", async () => {
      for (const filter of FILTERS) {
        const expected = all.filter((line) => passes(line, filter)).toSorted(byTimeDescending);
        for (const [limit, rawBytes] of [
          [10, 1e9],
          [500, 1e9],
          [500, 1],
        ] as const) {
          const limited = { ...tools, budget: { ms: 1e9, rawBytes } };
          const { hits, pages } = await search(limited, { filter, containers: CONTAINERS, limit });
          expect(hits.map(place)).toEqual(expected.map(place));
          if (rawBytes === 1 && filter === EVERY_LINE) expect(pages).toBeGreaterThan(1);
        }
      }
    });

    test("[LOGS-11] a page says honestly how far it got", async () => {
      const containers = CONTAINERS.map((containerId) => ({ containerId, hostId: hostOf(containerId) }));
      const base = {
        orgId: ORG,
        containers,
        filter: { ...EVERY_LINE, pattern: text("timeout") },
        after: null,
        signal,
      };
      const cut = await searchLogs({ ...tools, budget: { ms: 1e9, rawBytes: 1 } }, { ...base, limit: 1000 });
      expect(cut.progress).toMatchObject({
        stoppedBy: "budget",
        isComplete: false,
        containersTotal: 3,
        hostsTotal: 3,
      });
      const backToNs = BigInt(cut.progress.scannedBackToNs ?? 0);
      const looked = all.filter((line) => line.tsNs >= backToNs && passes(line, base.filter));
      expect(cut.hits.map(place)).toEqual(looked.toSorted(byTimeDescending).map(place));
      const whole = await searchLogs(tools, { ...base, limit: 1000 });
      const [oldestNs = 0n] = all.map(({ tsNs }) => tsNs).toSorted((a, b) => (a < b ? -1 : 1));
      expect(whole.progress).toMatchObject({
        ...{ stoppedBy: "end", isComplete: true, containersDone: 3, hostsDone: 3, unreadableLines: 0 },
        scannedBackToNs: oldestNs.toString(),
      });
      expect(whole.progress.bytesScanned).toBeGreaterThan(cut.progress.bytesScanned);
    });

    test("[LOGS-06] a reading is every line that passes, ascending, with the losses between", async () => {
      for (const filter of FILTERS) {
        const own = all.filter(({ containerId }) => containerId === CONTAINERS[0]);
        const expected = own.filter((line) => isRead(line, filter));
        const lines = await read({ filter, tail: null });
        expect(lines.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
        const first = expected.find((line) => !line.isLoss);
        if (first === undefined) continue;
        expect(lines.find(({ seq }) => seq === first.seq)).toEqual({
          ...{ seq: first.seq, ts: rfc3339FromNs(first.tsNs), message: first.text },
          ...{ level: levelName(first.level), stream: STREAM_NAMES[first.stream] },
        });
      }
    });

    test("[LOGS-06] the tail is the last lines that pass, over the generations of a workload too", async () => {
      const generations = CONTAINERS.slice(0, 2);
      for (const filter of FILTERS) {
        const own = all.filter(({ containerId }) => generations.includes(containerId));
        const passing = own.filter((line) => passes(line, filter));
        for (const tail of [0, 1, 5, 450]) {
          const lines = await read({ filter, tail, containers: generations });
          if (filter === EVERY_LINE) {
            expect(lines.map(({ seq }) => seq)).toEqual(own.slice(own.length - tail).map(({ seq }) => seq));
          } else {
            const messages = lines.filter((line) => "message" in line);
            expect(messages.map(({ seq }) => seq)).toEqual(
              passing.slice(-tail || passing.length).map(({ seq }) => seq),
            );
          }
          const ids = lines.map(({ containerId }) => String(containerId));
          expect(ids.toSorted((a, b) => a.localeCompare(b))).toEqual(ids); // and every line says whose it is
          expect(ids.every((id) => id.startsWith("ctr_"))).toBe(true);
        }
      }
    });

    test("[LOGS-13] the histogram counts every line once, in its bucket and level", async () => {
      const [containerId] = CONTAINERS;
      if (containerId === undefined) throw new Error("no container");
      for (const filter of FILTERS) {
        const answer = await countLines(tools, {
          ...{ orgId: ORG, container: { containerId, hostId: hostOf(containerId) }, filter, buckets: 13, signal },
          nowNs: START_NS + 1_000n * SECOND_NS,
        });
        const [fromNs, bucketNs] = [BigInt(answer.fromNs), BigInt(answer.bucketNs)];
        const expected = new Map<string, number>();
        for (const line of all) {
          if (line.containerId !== containerId || !passes(line, filter)) continue;
          const cell = `${levelName(line.level)} ${(line.tsNs - fromNs) / bucketNs}`;
          expected.set(cell, (expected.get(cell) ?? 0) + 1);
        }
        const counted = Object.entries(answer.counts).flatMap(([level, column]) =>
          column.flatMap((lines, bucket) => (lines === 0 ? [] : [[`${level} ${bucket}`, lines] as const])),
        );
        expect(new Map(counted)).toEqual(expected);
        expect(answer.progress).toMatchObject({ isComplete: true, stoppedBy: "end" });
        expect(answer.total).toBe([...expected.values()].reduce((sum, lines) => sum + lines, 0));
      }
    });

    test("[LOGS-13] a point in time has its line, in whichever generation it lies", async () => {
      const [containerId] = CONTAINERS;
      if (containerId === undefined) throw new Error("no container");
      const own = all.filter((line) => line.containerId === containerId && !line.isLoss);
      const at = (atNs: bigint) => findPosition(tools, { orgId: ORG, containerIds: [containerId], atNs, signal });
      for (const atNs of [0n, START_NS, START_NS + 33n * SECOND_NS + 1n, own.at(-1)?.tsNs ?? 0n]) {
        const expected = own.find(({ tsNs }) => tsNs >= atNs);
        expect(await at(atNs)).toMatchObject({
          containerId,
          seq: expected?.seq,
          tsNs: expected?.tsNs.toString(),
          isExact: true,
        });
      }
      expect(await at(START_NS + 100_000n * SECOND_NS)).toMatchObject({ seq: own.at(-1)?.seq, isExact: false });
      expect(await storedRange(tools.logs, { orgId: ORG, containerId })).toMatchObject({
        firstSeq: 0,
        lastSeq: 399,
        reason: null,
      });
    });

    test("[SEC] another org finds nothing of it", async () => {
      const orgId = asId<OrgId>("org_0000000000bb");
      const containers = CONTAINERS.map((containerId) => ({ containerId, hostId: hostOf(containerId) }));
      const page = await searchLogs(tools, { orgId, containers, filter: EVERY_LINE, limit: 10, after: null, signal });
      expect(page).toMatchObject({ hits: [], next: null, progress: { scannedBackToNs: null, bytesScanned: 0 } });
    });
  });
};
