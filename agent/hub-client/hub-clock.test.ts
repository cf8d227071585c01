import { expect, test } from "vitest";
import { HubClock } from "./hub-clock.ts";

const NS_PER_S = 1_000_000_000n;

/** A machine whose wall clock and monotonic clock are set apart from each other. */
const machine = () => {
  const now = { wallNs: 1_000n * NS_PER_S, monotonicMs: 5_000 };
  const clock = { nowNs: () => now.wallNs, monotonicMs: () => now.monotonicMs, setTimer: () => () => {} };
  return { now, hub: new HubClock(clock, 1_600n * NS_PER_S) };
};

test("hub time goes on from the welcome, whatever this machine's clock shows", () => {
  const { now, hub } = machine();
  expect([hub.nowNs(), hub.skewMs]).toEqual([1_600n * NS_PER_S, -600_000]);
  now.monotonicMs += 2_000;
  now.wallNs += 2n * NS_PER_S;
  expect(hub.nowNs()).toBe(1_602n * NS_PER_S);
  expect(hub.toLocalNs(1_500n * NS_PER_S)).toBe(900n * NS_PER_S);
});

test("neither a clock set back nor a suspended machine makes hub time older", () => {
  const { now, hub } = machine();
  now.monotonicMs += 2_000;
  now.wallNs -= 3_600n * NS_PER_S; // set back
  expect(hub.nowNs()).toBe(1_602n * NS_PER_S);
  now.wallNs += 7_200n * NS_PER_S; // slept for two hours, while the monotonic clock stood still
  expect(hub.nowNs()).toBe((1_600n + 3_600n) * NS_PER_S);
});
