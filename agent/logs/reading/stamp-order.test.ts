import { beforeEach, expect, test } from "vitest";
import { StampOrder } from "./stamp-order.ts";

let order: StampOrder;
beforeEach(() => {
  order = new StampOrder();
});
const take = (...seconds: readonly number[]): void => {
  for (const second of seconds) order.take(second);
};

test("[LOGS-09] of a log of which nothing was seen, nothing is concluded", () => {
  expect([order.isForward, order.isMixed]).toEqual([false, false]);
});

test("[LOGS-09] streams that overtake each other by a moment go forward", () => {
  take(100, 101, 100, 102, 101);
  expect([order.isForward, order.isMixed]).toEqual([true, false]);
});

test("[LOGS-09] a clock that was set back is noticed, by two seconds or a day, and not forgotten while lines are older", () => {
  for (const back of [2, 86_400]) {
    take(1_000_000, 1_000_000 - back, 1_000_001 - back);
    expect([order.isForward, order.isMixed]).toEqual([false, true]);
    order.forget();
  }
});

test("[LOGS-09] the place was found behind newer lines: mixed; where its stamp says: forward from there on", () => {
  take(100);
  order.found(true);
  expect(order.isMixed).toBe(true);
  order.found(false);
  expect([order.isForward, order.isMixed]).toEqual([false, false]);
  take(50, 51);
  expect([order.isForward, order.isMixed]).toEqual([true, false]);
});
