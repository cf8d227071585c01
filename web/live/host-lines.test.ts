import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { levelOfFlags, STDERR, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { expect, test } from "vitest";
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
