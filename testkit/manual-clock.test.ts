import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.ts";

describe("a clock moved by hand", () => {
  test("runs timers in order of time, each at its own time, timers of timers included", () => {
    const clock = new ManualClock(0n);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name} ${clock.nowMs()}`);
    clock.setTimer(20, note("b"));
    clock.setTimer(10, () => {
      note("a")();
      clock.setTimer(5, note("a2"));
    });
    clock.setTimer(31, note("later"));
    clock.advance(30);
    expect(seen).toEqual(["a 10", "a2 15", "b 20"]);
    expect([clock.nowMs(), clock.pendingTimers]).toEqual([30, 1]);
  });

  test("a cancelled timer never runs", () => {
    const clock = new ManualClock(0n);
    let ran = false;
    clock.setTimer(1, () => (ran = true))();
    clock.advance(10);
    expect([ran, clock.pendingTimers]).toEqual([false, 0]);
  });

  test("promises settle between timers when asked to", async () => {
    const clock = new ManualClock(0n);
    const seen: number[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
    const work = (async () => {
      for (let round = 0; round < 3; round++) {
        await wait(10);
        seen.push(clock.nowMs());
      }
    })();
    await clock.advanceAsync(35);
    await work;
    expect([seen, clock.nowMs()]).toEqual([[10, 20, 30], 35]);
  });

  test("a step of the wall clock neither runs nor delays a timer", () => {
    const clock = new ManualClock(1_000_000_000n);
    const seen: number[] = [];
    clock.setTimer(50, () => seen.push(clock.nowMs()));
    clock.step(-500);
    clock.advance(49);
    expect(seen).toEqual([]);
    clock.advance(1);
    expect(seen).toEqual([550]);
    expect(clock.monotonicMs()).toBe(50);
  });
});
