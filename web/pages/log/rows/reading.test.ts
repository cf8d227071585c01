import { expect, test } from "vitest";
import { FOLLOWING, nextReading, type Reading, type ReadingEvent, unseenFrom } from "./reading.ts";

const after = (...events: readonly ReadingEvent[]): Reading => events.reduce(nextReading, FOLLOWING);

test("scrolling up stops following and counts what comes; seeing it takes it off the count", () => {
  const scrolled = after({ type: "leftEnd", endSeq: 100 });
  expect(unseenFrom(FOLLOWING)).toBeNull();
  expect(unseenFrom(scrolled)).toBe(100);
  expect(unseenFrom(nextReading(scrolled, { type: "saw", endSeq: 300 }))).toBe(300);
  expect(nextReading(scrolled, { type: "saw", endSeq: 50 })).toBe(scrolled);
  expect(nextReading(scrolled, { type: "reachedEnd" })).toEqual(FOLLOWING);
});

test("leaving the end twice keeps the first count", () => {
  expect(after({ type: "leftEnd", endSeq: 100 }, { type: "leftEnd", endSeq: 200 })).toEqual({
    status: "scrolled",
    seenEndSeq: 100,
  });
});

test("pausing keeps everything; resuming goes to the end only if that is where the reader was", () => {
  const paused = { type: "paused", endSeq: 100, nowMs: 5 } as const;
  expect(unseenFrom(after(paused))).toBe(100);
  expect(after(paused, { type: "resumed" })).toEqual(FOLLOWING);
  const moved = after(paused, { type: "leftEnd", endSeq: 120 });
  expect(moved).toMatchObject({ status: "paused", endSeq: 100, thenFollow: false });
  expect(nextReading(moved, { type: "resumed" })).toEqual({ status: "scrolled", seenEndSeq: 100 });
  expect(nextReading(nextReading(moved, { type: "reachedEnd" }), { type: "resumed" })).toEqual(FOLLOWING);
  expect(after({ type: "leftEnd", endSeq: 80 }, paused, { type: "resumed" })).toEqual({
    status: "scrolled",
    seenEndSeq: 100,
  });
});

test("going to the newest line ends a pause", () => {
  expect(after({ type: "paused", endSeq: 1, nowMs: 1 }, { type: "wentToEnd" })).toEqual(FOLLOWING);
});
