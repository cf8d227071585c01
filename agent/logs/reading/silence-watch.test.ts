import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../../testkit/manual-clock.ts";
import { SilenceWatch } from "./silence-watch.ts";

let clock: ManualClock;
let silences: number[];
let watch: SilenceWatch;
beforeEach(() => {
  clock = new ManualClock();
  silences = [];
  watch = new SilenceWatch(clock, () => silences.push(clock.monotonicMs()));
});

test("[LOGS-09] the question comes once, so long after it was heard of last", () => {
  watch.heard(100);
  clock.advance(60);
  watch.heard(100);
  clock.advance(99);
  expect(silences).toEqual([]);
  clock.advance(1_000);
  expect(silences).toEqual([160]);
});

test("[LOGS-09] nothing is asked where nothing is due any more, or when it is over", () => {
  watch.heard(100);
  watch.heard(null);
  clock.advance(1_000);
  watch.heard(100);
  watch.stop();
  clock.advance(1_000);
  expect(silences).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test("[LOGS-09] it asks again after it was heard of again; a thousand times heard are one timer", () => {
  for (let read = 0; read < 1_000; read++) watch.heard(50);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(50);
  watch.heard(50);
  clock.advance(50);
  expect(silences).toEqual([50, 100]);
});
