import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { levelOfFlags, STDERR, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { expect, test } from "vitest";
import { LogDecoding } from "../workers/log-decoding.ts";
import type { FromLogWorker, LogPattern, ToLogWorker } from "../workers/log-messages.ts";
import { HOST_LINES_END, HostLines, type ReadLine } from "./host-lines.ts";
import type { OpenLogDecoderPort } from "./log-decoder.ts";

/** A worker that answers when it is told to, and publishing without a frame. */
const setUp = () => {
  let opened = 0;
  let decoding = new LogDecoding();
  let answer: (answer: FromLogWorker) => void = () => {};
  let breakNow: () => void = () => {};
  let waiting: ToLogWorker[] = [];
  const openPort: OpenLogDecoderPort = (onAnswer, onBroken) => {
    opened += 1;
    decoding = new LogDecoding();
    waiting = [];
    answer = onAnswer;
    breakNow = onBroken;
    return {
      post: (message) => void waiting.push(message),
      close: () => {
        waiting = [];
      },
    };
  };
  const answerAll = (): void => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      const given = decoding.receive(message);
      if (given !== null) answer(given);
    }
  };
  const host = new HostLines({ openPort, schedule: (publish) => publish() });
  const scans = (): number => waiting.filter(({ type }) => type === "scan").length;
  return {
    host,
    worker: {
      get opened(): number {
        return opened;
      },
      answerAll,
      break: () => breakNow(),
      scans,
    },
  };
};

const pattern = (text: string): LogPattern => ({ text, isCaseSensitive: false, isRegex: false });

const found = (host: HostLines): readonly string[] =>
  host.chunks().flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, index) => index)
      .filter((index) => chunk.isMatched(index) && !chunk.isExcluded(index))
      .map((index) => chunk.lineText(index)),
  );

const lines = (from: number, count: number): readonly ReadLine[] =>
  Array.from({ length: count }, (_, index) => ({
    ts: `2026-11-21T14:${String(Math.floor((from + index) / 60) % 60).padStart(2, "0")}:${String((from + index) % 60).padStart(2, "0")}.000000001Z`,
    stream: "stdout",
    level: "info",
    message: `line ${from + index} – ü`,
  }));

test("[LOGS-15] pages from the host stand in front of each other, oldest first", () => {
  const { host } = setUp();
  host.prepend(lines(2_000, 1_500));
  host.prepend([{ ts: "2026-11-21T13:00:00Z", stream: "stderr", level: "error", message: "cut", originalBytes: 900 }]);
  const texts = host
    .chunks()
    .flatMap((chunk) => Array.from({ length: chunk.count }, (_, index) => chunk.lineText(index)));
  expect(texts).toEqual(["cut", ...lines(2_000, 1_500).map(({ message }) => message)]);
  expect(host.chunks().at(-1)?.endSeq).toBe(HOST_LINES_END);
  for (const [index, chunk] of host.chunks().entries()) {
    expect(chunk.firstSeq).toBe(host.chunks()[index - 1]?.endSeq ?? HOST_LINES_END - 1_501);
  }
  const [cut] = host.chunks();
  expect(cut?.originalLength(0)).toBe(900);
  expect(streamOfFlags(cut?.flags(0) ?? 0)).toBe(STDERR);
  expect(levelOfFlags(cut?.flags(0) ?? 0)).toBe(ERROR);
  expect(levelOfFlags(host.chunks()[1]?.flags(0) ?? 0)).toBe(INFO);
  expect(host.chunks()[1]?.stampNs(0)).toBe(1_795_271_600_000_000_001n);
});

test("[LOGS-15] lines from the host are searched like the others, those that come later as well", () => {
  const { host, worker } = setUp();
  host.search(pattern("LINE 11"), ["115"]);
  expect(worker.opened, "nothing to search yet").toBe(0);
  host.prepend(lines(100, 20));
  const before = host.chunks();
  expect(host.isSearching()).toBe(true);
  worker.answerAll();
  expect(host.isSearching()).toBe(false);
  expect(host.chunks(), "another array, so that a page sees it").not.toBe(before);
  expect(found(host)).toHaveLength(9);
  host.prepend(lines(11, 2));
  worker.answerAll();
  expect(found(host)[0]).toBe("line 11 – ü");
  host.search(pattern(""), []);
  expect(found(host)).toEqual([]);
});

test("[LOGS-15] each letter that is typed costs the page one chunk, however many lines there are", () => {
  const { host, worker } = setUp();
  for (let page = 0; page < 8; page++) host.prepend(lines(10_000 - page * 1_000, 1_000));
  expect(host.chunks().length).toBeGreaterThan(4);
  for (const text of ["l", "li", "lin", "line", "line 9"]) host.search(pattern(text), []);
  expect(worker.scans()).toBe(1);
  worker.answerAll();
  expect(worker.scans()).toBe(0);
  // The answer to the first letter came late and counts for nothing.
  expect(found(host)).toHaveLength(1_000);
});

test("[LOGS-15] a worker that breaks is forgotten: the lines stay, and are searched again", () => {
  const { host, worker } = setUp();
  host.prepend(lines(100, 20));
  host.search(pattern("line 11"), []);
  worker.break();
  expect(host.isSearching()).toBe(false);
  expect(found(host)).toEqual([]);
  host.search(pattern("line 10"), []);
  worker.answerAll();
  expect(found(host)).toHaveLength(10);
});
