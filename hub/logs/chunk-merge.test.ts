import { zstdCompressSync } from "node:zlib";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { expect, test } from "vitest";
import { mergeRows, verifyMerge } from "./chunk-merge.ts";
import { CHUNK_LIMITS, openChunk } from "./log-chunk.ts";
import { PACK_BATCH } from "./pack-codec.ts";
import type { RowContent } from "./stored-row.ts";

interface Line {
  readonly text: string;
  readonly seconds: number;
  readonly flags: number;
}

const line = (text: string, seconds: number, flags = 0): Line => ({ text, seconds, flags });
const LINES = [line("one", 10), line("two", 11, 1), line("three", 11), line("", 12), line("five", 9)];

const encode = (lines: readonly Line[], firstSeq = 0): Uint8Array<ArrayBuffer> => {
  const encoder = new BatchEncoder(CHUNK_LIMITS);
  for (const { text, seconds, flags } of lines) {
    const bytes = Buffer.from(text);
    encoder.append(seconds, 5, flags, bytes, 0, bytes.length);
  }
  return encoder.finish(firstSeq, { compress: (body) => zstdCompressSync(body) });
};
const rowOf = (lines: readonly Line[], firstSeq: number): RowContent => {
  const body = encode(lines, firstSeq);
  const { header } = decodeBatch(body, { limits: CHUNK_LIMITS });
  const { minTsNs, maxTsNs, levelMask, rawLength, lineCount } = header;
  return {
    firstSeq,
    endSeq: firstSeq + lineCount,
    minTsNs,
    maxTsNs,
    levelMask,
    codec: PACK_BATCH,
    rawBytes: rawLength,
    body,
  };
};
const sources = [decodeBatch(encode(LINES.slice(0, 2))), decodeBatch(encode(LINES.slice(2), 2))];

test("[LOGS-03] rows that follow each other become one, line by line the same", () => {
  const [merged, ...more] = mergeRows([rowOf(LINES.slice(0, 2), 0), rowOf(LINES.slice(2), 2)]);
  expect(more).toEqual([]);
  if (merged === undefined) throw new Error("Nothing was merged.");
  const [batch] = openChunk(merged).map((part) => part.decode());
  const read = LINES.map((_, index) =>
    line(batch?.lineText(index) ?? "?", Number((batch?.tsNs(index) ?? 0n) / 1_000_000_000n), batch?.flags[index]),
  );
  expect(read).toEqual(LINES);
  expect(merged).toMatchObject({ firstSeq: 0, endSeq: 5, minTsNs: 9_000_000_005n, maxTsNs: 12_000_000_005n });
  expect(() => mergeRows([rowOf(LINES, 0), rowOf(LINES, 6)])).toThrow("do not follow each other");
});

test("[LOGS-03] what was written is compared with what was read before it may take its place", () => {
  const check = (written: readonly Uint8Array<ArrayBuffer>[]) => () =>
    verifyMerge(
      written.map((body) => ({ body })),
      sources,
    );
  expect(check([encode(LINES)])).not.toThrow();
  expect(check([encode(LINES.slice(0, 3)), encode(LINES.slice(3), 3)])).not.toThrow();
  const changed = (index: number, change: Partial<Line>): readonly Line[] =>
    LINES.map((one, at) => (at === index ? { ...one, ...change } : one));
  for (const [what, written] of [
    ["a line is missing at the end", [encode(LINES.slice(0, -1))]],
    ["a line is missing at the beginning", [encode(LINES.slice(1), 1)]],
    ["a row is missing", [encode(LINES.slice(0, 3))]],
    ["a line came twice", [encode([...LINES, ...LINES.slice(-1)])]],
    ["a row came twice", [encode(LINES), encode(LINES.slice(-1), 5)]],
    ["a text is another one", [encode(changed(1, { text: "tWo" }))]],
    ["text moved to the next line", [encode([line("on", 10), line("etwo", 11, 1), ...LINES.slice(2)])]],
    ["a stamp is another one", [encode(changed(2, { seconds: 12 }))]],
    ["a stream is another one", [encode(changed(1, { flags: 0 }))]],
    ["it is numbered otherwise", [encode(LINES, 1)]],
    ["it cannot be opened", [encode(LINES).fill(0x55, 60)]],
  ] as const) {
    expect(check(written), what).toThrow();
  }
});
