import { expect, test } from "vitest";
import { BACKLOG_BYTES, LogKeeper } from "./log-keeper.ts";
import { limitsOf } from "./log-upkeep.contract.ts";
import type { Eviction } from "./retention.ts";

const nothing: Eviction = { rows: 0, bytes: 0, isMoreDue: false, days: [] };

/** `due`: rows to be joined, and steps of retention. */
const keeperOf = (due: { readonly joins: number; readonly evictions?: number }) => {
  let { joins, evictions = 0 } = due;
  const calls: string[] = [];
  const evicted: number[] = [];
  const store = {
    isSaturated: false,
    committedBytes: 0,
    compactNext: () => {
      calls.push("compact");
      joins--;
      return Promise.resolve(joins >= 0);
    },
    evict: () => {
      calls.push("evict");
      evictions--;
      return Promise.resolve(evictions < 0 ? nothing : { ...nothing, rows: 1, isMoreDue: true });
    },
  };
  const keeper = new LogKeeper({
    store,
    limits: () => Promise.resolve(limitsOf({})),
    evicted: ({ rows }) => evicted.push(rows),
  });
  return { keeper, store, calls, evicted, addJoins: (more: number) => (joins = Math.max(joins, 0) + more) };
};

test("[LOGS-11] a turn compacts until nothing is due, then looks at the bounds again", async () => {
  const { keeper, calls } = keeperOf({ joins: 3 });
  await keeper.tick();
  expect(calls).toEqual(["evict", "compact", "compact", "compact", "compact", "evict"]);
});

test("[LOGS-11] under load compaction waits, until too much was committed meanwhile: then it catches up", async () => {
  const { keeper, store, calls, addJoins } = keeperOf({ joins: 2 });
  store.isSaturated = true;
  await keeper.tick();
  store.committedBytes = BACKLOG_BYTES - 1;
  await keeper.tick();
  expect(calls).toEqual(["evict", "evict"]);
  store.committedBytes = BACKLOG_BYTES;
  await keeper.tick();
  expect(calls.splice(0)).toEqual(["evict", "evict", "evict", "compact", "compact", "compact", "evict"]);
  // What was committed before that turn is no backlog any more.
  addJoins(1);
  store.committedBytes += BACKLOG_BYTES - 1;
  await keeper.tick();
  expect(calls).toEqual(["evict"]);
});

test("[LOGS-11] compaction stops when the load begins under it", async () => {
  const { keeper, store, calls } = keeperOf({ joins: 5 });
  const { compactNext } = store;
  store.compactNext = () => {
    store.isSaturated = calls.length === 2;
    return compactNext();
  };
  await keeper.tick();
  expect(calls).toEqual(["evict", "compact", "compact", "evict"]);
});

test("[LOGS-12] a turn evicts until no bound is exceeded, and says what went", async () => {
  const { keeper, calls, evicted } = keeperOf({ joins: 0, evictions: 3 });
  await keeper.tick();
  expect(calls).toEqual(["evict", "evict", "evict", "evict", "compact"]);
  expect(evicted).toEqual([1, 1, 1]);
});

test("a turn that runs is joined, and stopping waits for it", async () => {
  const { keeper, calls } = keeperOf({ joins: 3 });
  const turn = keeper.tick();
  expect(keeper.tick()).toBe(turn);
  await keeper.stop();
  const done = calls.length;
  await turn;
  expect(calls.length).toBe(done);
  await keeper.tick();
  expect(calls.length).toBe(done);
});
