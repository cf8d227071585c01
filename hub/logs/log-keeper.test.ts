import { expect, test } from "vitest";
import { LogKeeper } from "./log-keeper.ts";
import { limitsOf } from "./log-upkeep.contract.ts";
import type { Eviction } from "./retention.ts";

const nothing: Eviction = { rows: 0, bytes: 0, isMoreDue: false, days: [] };

const keeperOf = (options: {
  readonly backlog: readonly number[];
  readonly saturated?: boolean;
  readonly due?: number;
}) => {
  const backlog = [...options.backlog];
  let due = options.due ?? 0;
  const calls: string[] = [];
  const evicted: number[] = [];
  const keeper = new LogKeeper({
    store: {
      isSaturated: options.saturated ?? false,
      compactNext: () => {
        calls.push("compact");
        const backlogBytes = backlog.shift();
        return Promise.resolve(backlogBytes === undefined ? null : { backlogBytes });
      },
      evict: () => {
        calls.push("evict");
        due--;
        return Promise.resolve(due < 0 ? nothing : { ...nothing, rows: 1, isMoreDue: true });
      },
    },
    limits: () => Promise.resolve(limitsOf({})),
    evicted: ({ rows }) => evicted.push(rows),
  });
  return { keeper, calls, evicted };
};

test("[LOGS-11] a turn compacts until nothing is due, then looks at the bounds again", async () => {
  const { keeper, calls } = keeperOf({ backlog: [2, 1, 0] });
  await keeper.tick();
  expect(calls).toEqual(["evict", "compact", "compact", "compact", "compact", "evict"]);
});

test("[LOGS-11] under load compaction waits, until its backlog is too large", async () => {
  const waiting = keeperOf({ backlog: [1, 1], saturated: true });
  await waiting.keeper.tick();
  expect(waiting.calls).toEqual(["evict"]);
  let isSaturated = false;
  const backlog = [300e6, 299e6, 100e6, 99e6];
  const left: number[] = [];
  const keeper = new LogKeeper({
    store: {
      get isSaturated() {
        return isSaturated;
      },
      compactNext: () => {
        isSaturated = true;
        const backlogBytes = backlog.shift() ?? 0;
        left.push(backlogBytes);
        return Promise.resolve({ backlogBytes });
      },
      evict: () => Promise.resolve(nothing),
    },
    limits: () => Promise.resolve(limitsOf({})),
    evicted: () => {},
  });
  await keeper.tick();
  expect(left).toEqual([300e6, 299e6, 100e6]);
});

test("[LOGS-12] a turn evicts until no bound is exceeded, and says what went", async () => {
  const { keeper, calls, evicted } = keeperOf({ backlog: [], due: 3 });
  await keeper.tick();
  expect(calls).toEqual(["evict", "evict", "evict", "evict", "compact"]);
  expect(evicted).toEqual([1, 1, 1]);
});

test("a turn that runs is joined, and stopping waits for it", async () => {
  const { keeper, calls } = keeperOf({ backlog: [1, 1, 1] });
  const turn = keeper.tick();
  expect(keeper.tick()).toBe(turn);
  await keeper.stop();
  const done = calls.length;
  await turn;
  expect(calls.length).toBe(done);
  await keeper.tick();
  expect(calls.length).toBe(done);
});
