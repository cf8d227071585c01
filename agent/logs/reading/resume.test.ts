import type { LogCursor } from "@yardarm/protocol/log/cursor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineTail } from "./line-tail.ts";
import { ResumeMatcher, type ResumeVerdict } from "./resume.ts";

type Line = { readonly seconds: number; readonly nanos: number; readonly text: string };

const line = (seconds: number, text: string, nanos = 0): Line => ({ seconds, nanos, text });
const feed = (tail: LineTail, lines: readonly Line[]): LineTail => {
  for (const { seconds, nanos, text } of lines) {
    const bytes = Buffer.from(text);
    tail.take(seconds, nanos, bytes, 0, bytes.length);
  }
  return tail;
};
const judge = (matcher: ResumeMatcher, { seconds, nanos, text }: Line): ResumeVerdict => {
  const bytes = Buffer.from(text);
  return matcher.judge(seconds, nanos, bytes, 0, bytes.length);
};
const asCursor = (tail: LineTail): LogCursor => ({
  nextSeq: 1,
  tsNs: "0",
  ordinal: tail.ordinal,
  tail: tail.toCursorLines(),
});

describe("finding the place again", () => {
  test("the place survives being written down as a cursor", () => {
    const tail = feed(new LineTail(), [line(1, "a"), line(2, "b"), line(2, "c")]);
    const read = LineTail.of(asCursor(tail));
    expect([read.count, read.ordinal, read.lastSeconds, read.lastNanos]).toEqual([3, 1, 2, 0]);
    expect(read.toCursorLines()).toEqual(tail.toCursorLines());
    expect(read.endsLike(tail)).toBe(true);
  });

  test("is found in any log, at any line, wherever the reading begins before it", () => {
    const logs = fc.array(
      fc.record({
        seconds: fc.integer({ min: 100, max: 103 }),
        nanos: fc.constantFrom(0, 1, 500_000_000),
        text: fc.constantFrom("a", "b", "c"),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), (unordered, at, before) => {
        // As engines write: stamps only ever rise within one stream.
        const log = unordered.toSorted((a, b) => a.seconds - b.seconds || a.nanos - b.nanos);
        const place = at % log.length;
        const matcher = new ResumeMatcher(
          LineTail.of(asCursor(feed(new LineTail(), log.slice(0, place + 1)))),
          "exact",
        );
        // A reading begins at a stamp, never in the middle of lines that share one.
        const from = log.findIndex(({ seconds, nanos }) => {
          const first = log[before % (place + 1)];
          return first !== undefined && seconds === first.seconds && nanos === first.nanos;
        });
        const found = log.slice(from).findIndex((each) => judge(matcher, each) === "found");
        expect(from + found).toBe(place);
      }),
    );
  });

  test("lines of the same stamp and text are told apart by their position", () => {
    const same = [line(5, "x"), line(5, "x"), line(5, "x"), line(5, "x")];
    const matcher = new ResumeMatcher(feed(new LineTail(), same.slice(0, 3)), "exact");
    expect(same.map((each) => judge(matcher, each))).toEqual(["before", "before", "found", "before"]);
  });

  test("a line with the place's stamp but other lines before it is not taken for it", () => {
    const matcher = new ResumeMatcher(feed(new LineTail(), [line(1, "a"), line(2, "b"), line(3, "c")]), "exact");
    expect([line(1, "a"), line(3, "c")].map((each) => judge(matcher, each))).toEqual(["before", "unlike"]);
    expect(matcher.sawStamp).toBe(true);
  });

  test("by stamp alone, a text that reads differently is no obstacle", () => {
    const matcher = new ResumeMatcher(feed(new LineTail(), [line(1, "a"), line(2, "secret")]), "stamp");
    expect([line(1, "a"), line(2, "******")].map((each) => judge(matcher, each))).toEqual(["before", "found"]);
  });

  test("milliseconds of disorder are endured; seconds say that the place is not there", () => {
    const matcher = new ResumeMatcher(feed(new LineTail(), [line(10, "place")]), "exact");
    const lines = [line(10, "late", 1_700_000), line(12, "x"), line(12, "y", 1)];
    expect(lines.map((each) => judge(matcher, each))).toEqual(["before", "before", "passed"]);
  });
});
