import { expect, test } from "vitest";
import { ReadPace } from "./read-pace.ts";

const rests = (pace: ReadPace, reads: number, { fromMs, everyMs }: { fromMs: number; everyMs: number }): number => {
  let count = 0;
  for (let read = 0; read < reads; read++) if (pace.takeRead(fromMs + read * everyMs)) count++;
  return count;
};

test("[LOGS-04] a stream that is read a thousand times a second is read at once each time", () => {
  expect(rests(new ReadPace(), 10_000, { fromMs: 0, everyMs: 1 })).toBe(0);
});

test("[LOGS-04] one that comes in pieces faster than that is rested after, until it falls silent", () => {
  const pace = new ReadPace();
  expect(rests(pace, 127, { fromMs: 0, everyMs: 0.1 })).toBe(0);
  expect(rests(pace, 100, { fromMs: 13, everyMs: 1.2 })).toBe(100);
  expect(rests(pace, 127, { fromMs: 200, everyMs: 0.1 })).toBe(0);
});
