import { expect, test } from "vitest";
import { SkipDoubt } from "./skip-doubt.ts";

const FILE_BYTES = 100_000;
const LINE_BYTES = 100;
const START_S = 1_780_000_000;

/** Lines of 100 bytes; stamps in milliseconds since the start. */
class Written {
  readonly doubt: SkipDoubt;
  atMs = 0;

  constructor(fileBytes = FILE_BYTES) {
    this.doubt = new SkipDoubt(fileBytes);
  }

  /** So many lines, this far apart. */
  lines(count: number, everyMs: number): this {
    for (let line = 0; line < count; line++) {
      this.atMs += everyMs;
      this.doubt.take(...stampOf(this.atMs), LINE_BYTES);
    }
    return this;
  }

  isDoubtfulAfter(gapMs: number): boolean {
    return this.doubt.isDoubtful(...stampOf(this.atMs + gapMs));
  }
}

const stampOf = (ms: number): [number, number] => {
  const seconds = Math.floor(ms / 1_000);
  return [START_S + seconds, Math.round((ms - seconds * 1_000) * 1e6)];
};

// A file of 1,000 lines may have been written twice as fast as the lines before: in 500 times their distance.
test.each([
  { what: "a flood that goes on", lines: 1_000, everyMs: 0.02, gapMs: 0.02, isDoubtful: false },
  { what: "a flood, and half the time of a file", lines: 1_000, everyMs: 0.02, gapMs: 10.1, isDoubtful: true },
  { what: "a flood, and less than that", lines: 1_000, everyMs: 0.02, gapMs: 9.9, isDoubtful: false },
  { what: "a slower log", lines: 1_000, everyMs: 1, gapMs: 499, isDoubtful: false },
  { what: "a slower log, and a long pause", lines: 1_000, everyMs: 1, gapMs: 501, isDoubtful: true },
  { what: "a quiet log", lines: 1_000, everyMs: 1_000, gapMs: 60_000, isDoubtful: false },
  { what: "too few lines to know the speed", lines: 15, everyMs: 0.02, gapMs: 60_000, isDoubtful: false },
  { what: "a log that has not begun", lines: 0, everyMs: 1, gapMs: 60_000, isDoubtful: false },
  { what: "a stamp that was overtaken", lines: 1_000, everyMs: 0.02, gapMs: -3, isDoubtful: false },
  { what: "a clock that was set back", lines: 1_000, everyMs: 0.02, gapMs: -3_600_000, isDoubtful: false },
])("[LOGS-09] $what: $lines lines every $everyMs ms, then a gap of $gapMs ms: $isDoubtful", (row) => {
  expect(new Written().lines(row.lines, row.everyMs).isDoubtfulAfter(row.gapMs)).toBe(row.isDoubtful);
});

test("[LOGS-09] larger files are left out in longer gaps only", () => {
  const written = new Written(100 * FILE_BYTES).lines(10_000, 0.02);
  expect([written.isDoubtfulAfter(100), written.isDoubtfulAfter(1_100)]).toEqual([false, true]);
});

test("[LOGS-09] a moment in which a busy machine held the writer back does not hide how fast it writes", () => {
  const written = new Written().lines(500, 0.02).lines(1, 9).lines(10, 0.02).lines(1, 9).lines(10, 0.02);
  expect(written.isDoubtfulAfter(12)).toBe(true);
});

test("[LOGS-09] equal stamps are no speed without end", () => {
  const written = new Written().lines(500, 0);
  expect([written.isDoubtfulAfter(0.1), written.isDoubtfulAfter(0.6)]).toEqual([false, true]);
});

test("[LOGS-09] a flood that is over is soon forgotten, by its lines and by each question that was answered", () => {
  const slow = new Written().lines(1_000, 0.02).lines(5_000, 10);
  expect(slow.isDoubtfulAfter(100)).toBe(false);
  const asked = new Written().lines(1_000, 0.02);
  let questions = 0;
  for (; asked.isDoubtfulAfter(1_000); questions++) asked.doubt.calm();
  expect(questions).toBeLessThan(10);
});

test("[LOGS-09] lines after a clock was set back are measured anew", () => {
  const written = new Written().lines(1_000, 0.02);
  written.atMs -= 3_600_000;
  written.lines(1_000, 0.02);
  expect([written.isDoubtfulAfter(5), written.isDoubtfulAfter(12)]).toEqual([false, true]);
});

test("[LOGS-09] silence is asked about where a file may have been written in it", () => {
  const silenceMs = (everyMs: number): number | null => new Written().lines(1_000, everyMs).doubt.silenceMs;
  expect([silenceMs(0.02), silenceMs(10)]).toEqual([100, null]);
  expect(silenceMs(1)).toBeCloseTo(500, 0);
  expect(new Written().doubt.silenceMs).toBeNull();
});
