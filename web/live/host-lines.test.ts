import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { levelOfFlags, STDERR, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { expect, test } from "vitest";
import { textMatcher } from "../workers/pattern.ts";
import { HOST_LINES_END, HostLines, type ReadLine } from "./host-lines.ts";

const lines = (from: number, count: number): readonly ReadLine[] =>
  Array.from({ length: count }, (_, index) => ({
    ts: `2026-11-21T14:${String(Math.floor((from + index) / 60) % 60).padStart(2, "0")}:${String((from + index) % 60).padStart(2, "0")}.000000001Z`,
    stream: "stdout",
    level: "info",
    message: `line ${from + index} – ü`,
  }));

test("[LOGS-15] pages from the host stand in front of each other, oldest first", () => {
  const host = new HostLines();
  host.prepend(lines(2_000, 1_500));
  host.prepend([{ ts: "2026-11-21T13:00:00Z", stream: "stderr", level: "error", message: "cut", originalBytes: 900 }]);
  const texts = host.chunks.flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, index) => chunk.lineText(index)),
  );
  expect(texts).toEqual(["cut", ...lines(2_000, 1_500).map(({ message }) => message)]);
  expect(host.chunks.at(-1)?.endSeq).toBe(HOST_LINES_END);
  for (const [index, chunk] of host.chunks.entries()) {
    expect(chunk.firstSeq).toBe(host.chunks[index - 1]?.endSeq ?? HOST_LINES_END - 1_501);
  }
  const [cut] = host.chunks;
  expect(cut?.originalLength(0)).toBe(900);
  expect(streamOfFlags(cut?.flags(0) ?? 0)).toBe(STDERR);
  expect(levelOfFlags(cut?.flags(0) ?? 0)).toBe(ERROR);
  expect(levelOfFlags(host.chunks[1]?.flags(0) ?? 0)).toBe(INFO);
  expect(host.chunks[1]?.stampNs(0)).toBe(1_795_271_600_000_000_001n);
});

test("[LOGS-15] lines from the host are searched like the others, those that come later as well", () => {
  const host = new HostLines();
  const found = (): readonly string[] =>
    host.chunks.flatMap((chunk) =>
      Array.from({ length: chunk.count }, (_, index) => index)
        .filter((index) => chunk.isMatched(index) && !chunk.isExcluded(index))
        .map((index) => chunk.lineText(index)),
    );
  host.prepend(lines(100, 20));
  const before = host.chunks;
  host.search({ found: textMatcher("LINE 11", false), excluded: [textMatcher("115", true)] });
  expect(host.chunks, "another array, so that a page sees it").not.toBe(before);
  expect(found()).toHaveLength(9);
  host.prepend(lines(11, 2));
  expect(found()[0]).toBe("line 11 – ü");
  host.search(null);
  expect(found()).toEqual([]);
});
