import { ERROR, INFO, type Level } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { framesOf, type SampleLine } from "../dev/log-samples.ts";
import { LogDecoding } from "../workers/log-decoding.ts";
import type { LogColumns } from "../workers/log-messages.ts";
import { LogStore } from "./log-store.ts";

const columnsOf = (firstSeq: number, lines: readonly SampleLine[]): LogColumns => {
  const [frame] = framesOf(1, firstSeq, lines);
  const answer = new LogDecoding().receive({ type: "frame", frame: frame as ArrayBuffer });
  if (answer?.type !== "lines") throw new Error("not decoded");
  return answer.lines;
};

const numbered = (fromSeq: number, endSeq: number, level: Level = INFO): LogColumns =>
  columnsOf(
    fromSeq,
    Array.from({ length: endSeq - fromSeq }, (_, index) => ({ text: `line ${fromSeq + index}`, level, atMs: index })),
  );

const held = (store: LogStore): readonly string[] =>
  store.chunks.flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, index) => `${chunk.firstSeq + index}=${chunk.lineText(index)}`),
  );

const expected = (...ranges: readonly (readonly [number, number])[]): readonly string[] =>
  ranges.flatMap(([from, end]) =>
    Array.from({ length: end - from }, (_, index) => `${from + index}=line ${from + index}`),
  );

describe("what is held", () => {
  test("frames in any order, overlapping or doubled, give each line once and in order", () => {
    const range = fc.tuple(fc.nat(3_000), fc.integer({ min: 1, max: 1_500 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
        const store = new LogStore();
        const wanted = new Set<number>();
        for (const [from, length] of ranges) {
          const before = wanted.size;
          for (let seq = from; seq < from + length; seq++) wanted.add(seq);
          expect(store.add(numbered(from, from + length), null)).toBe(wanted.size - before);
        }
        const seqs = [...wanted].toSorted((a, b) => a - b);
        expect(held(store)).toEqual(seqs.map((seq) => `${seq}=line ${seq}`));
        expect(store.lineCount).toBe(seqs.length);
        const missing = store.holes().reduce((sum, hole) => sum + hole.endSeq - hole.fromSeq, 0);
        expect(missing + seqs.length).toBe(Math.max(0, ...seqs.map((seq) => seq + 1)));
      }),
      { numRuns: 60 },
    );
  });

  test("stamps, streams and original lengths travel with their line", () => {
    const store = new LogStore();
    store.add(
      columnsOf(7, [
        { text: "a", atMs: 1_795_269_731_123 },
        { text: "b", isStderr: true, atMs: 1_795_269_731_124 },
      ]),
      null,
    );
    const chunk = store.chunkOf(8);
    expect(chunk?.stampNs(0)).toBe(1_795_269_731_123_000_000n);
    expect((chunk?.flags(1) ?? 0) & 1).toBe(1);
    expect(chunk?.originalLength(1)).toBe(1);
  });

  test("long lines are read up to a limit, never through the middle of a character", () => {
    const store = new LogStore();
    store.add(columnsOf(0, [{ text: "ab€cd" }]), null);
    expect(store.chunks[0]?.lineText(0, 4)).toBe("ab");
    expect(store.chunks[0]?.lineText(0, 5)).toBe("ab€");
  });

  test("a line larger than a chunk has one of its own", () => {
    const store = new LogStore();
    store.add(numbered(0, 3), null);
    store.add(columnsOf(3, [{ text: "x".repeat(200_000) }, { text: "y".repeat(200_000) }]), null);
    expect(store.chunks.map(({ count }) => count)).toEqual([4, 1]);
    expect(store.chunkOf(4)?.lineText(0)).toBe("y".repeat(200_000));
  });

  test("levels are counted as lines come and go", () => {
    const store = new LogStore({ lines: 3_000, bytes: 1e9 });
    store.add(numbered(0, 2_000, ERROR), null);
    store.add(numbered(2_000, 5_000), null);
    expect(store.levelCounts()[INFO]).toBe(3_000);
    store.trim(null);
    expect(store.levelCounts()[ERROR]).toBe(0);
  });
});

describe("the cap", () => {
  test("at the live end the oldest lines leave first and become not loaded", () => {
    const store = new LogStore({ lines: 2_500, bytes: 1e9 });
    store.add(numbered(100, 5_000), null);
    store.trim(null);
    expect(store.lineCount).toBeLessThanOrEqual(2_500);
    expect(store.endSeq).toBe(5_000);
    expect(store.holes()).toEqual([{ kind: "notLoaded", fromSeq: 0, endSeq: store.firstSeq }]);
  });

  test("a reader keeps the lines around; the farthest leave, the live end stays", () => {
    const store = new LogStore({ lines: 3_000, bytes: 1e9 });
    store.add(numbered(0, 8_000), null);
    store.trim(500);
    expect(store.chunkOf(500)).toBeDefined();
    expect(store.chunkOf(7_999)).toBeDefined();
    expect(store.holes()).toHaveLength(1);
    expect(store.lineCount).toBeLessThanOrEqual(3_000);
  });

  test("bytes count as well as lines", () => {
    const store = new LogStore({ lines: 50_000, bytes: 1_000_000 });
    for (let seq = 0; seq < 40; seq++) store.add(columnsOf(seq, [{ text: "x".repeat(100_000) }]), null);
    store.trim(null);
    expect(store.bytes).toBeLessThanOrEqual(1_000_000);
    expect(store.endSeq).toBe(40);
  });
});

describe("holes", () => {
  test("what the hub does not store is not called loadable, until it comes after all", () => {
    const store = new LogStore();
    store.add(numbered(100, 110), null);
    store.noteAbsent({ fromSeq: 0, endSeq: 60 });
    store.noteAbsent({ fromSeq: 40, endSeq: 70 });
    store.noteAbsent({ fromSeq: 80, endSeq: 105 });
    expect(store.holes()).toEqual([
      { kind: "notStored", fromSeq: 0, endSeq: 70 },
      { kind: "notLoaded", fromSeq: 70, endSeq: 80 },
      { kind: "notStored", fromSeq: 80, endSeq: 100 },
    ]);
    store.add(numbered(50, 65), null);
    store.dropFrom(90);
    expect(store.holes()).toEqual([
      { kind: "notStored", fromSeq: 0, endSeq: 50 },
      { kind: "notStored", fromSeq: 65, endSeq: 70 },
      { kind: "notLoaded", fromSeq: 70, endSeq: 80 },
      { kind: "notStored", fromSeq: 80, endSeq: 90 },
    ]);
  });

  test("lines skipped at the end are a hole before anything follows them", () => {
    const store = new LogStore();
    store.add(numbered(0, 10), null);
    store.noteSkipped({ fromSeq: 10, endSeq: 25 });
    expect(store.holes()).toEqual([{ kind: "notLoaded", fromSeq: 10, endSeq: 25 }]);
    store.add(numbered(10, 25), null);
    expect(store.holes()).toEqual([]);
  });

  test("dropping from a line on forgets exactly what follows", () => {
    const store = new LogStore();
    store.add(numbered(0, 1_500), null);
    store.dropFrom(1_200);
    expect(store.endSeq).toBe(1_200);
    store.add(columnsOf(1_200, [{ text: "other" }]), null);
    expect(held(store)).toEqual([...expected([0, 1_200]), "1200=other"]);
    expect(store.levelCounts()[INFO]).toBe(1_201);
  });
});

describe("search", () => {
  const scanAll = (store: LogStore, id: number, text: string): void => {
    const decoding = new LogDecoding();
    decoding.receive({ type: "query", query: { id, text, isCaseSensitive: false, isRegex: false, excludes: [] } });
    for (let chunk = store.nextToScan(); chunk !== undefined; chunk = store.nextToScan()) {
      const answer = decoding.receive({ type: "scan", lines: chunk.textToScan() });
      if (answer?.type === "scanned" && answer.matches !== null) store.takeMatches(answer.firstSeq, answer.matches);
    }
  };
  const matched = (store: LogStore): readonly number[] =>
    store.chunks.flatMap((chunk) =>
      Array.from({ length: chunk.count }, (_, index) => index)
        .filter((index) => chunk.isMatched(index))
        .map((index) => chunk.firstSeq + index),
    );

  test("what was held and what comes later is found; an answer to an old question is not", () => {
    const store = new LogStore();
    store.add(numbered(0, 30), null);
    store.search(1);
    const late = { queryId: 1, matched: new Uint8Array(30).fill(1) };
    store.search(2);
    store.takeMatches(0, late);
    expect(matched(store)).toEqual([]);
    scanAll(store, 2, "LINE 2");
    expect(matched(store)).toEqual([2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    store.add(numbered(30, 40), { queryId: 1, matched: new Uint8Array(10) });
    expect(store.nextToScan()).toBeDefined();
    store.add(numbered(40, 50), { queryId: 2, matched: new Uint8Array(10) });
    scanAll(store, 2, "line 3");
    expect(matched(store)).toEqual([3, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
    store.search(null);
    expect(matched(store)).toEqual([]);
    expect(store.nextToScan()).toBeUndefined();
  });
});
