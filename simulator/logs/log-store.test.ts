import { describe, expect, test } from "vitest";
import type { LogReader } from "./log-reader.ts";
import { LogStore, type LogStoreOptions } from "./log-store.ts";

const createStore = (options: Partial<LogStoreOptions> = {}): LogStore =>
  new LogStore({ maxBytes: 1_000_000, maxFiles: 1, repeatShare: 0, ...options });
const fill = (store: LogStore, from: number, to: number): void => {
  for (let index = from; index < to; index++) {
    store.append({ tsNs: BigInt(index), stream: "stdout", payload: `${String(index).padStart(5, "0")}\n` });
  }
};
const drain = (reader: LogReader): number[] => {
  const lines: number[] = [];
  for (let message = reader.next(); message !== undefined; message = reader.next()) lines.push(Number(message.tsNs));
  return lines;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const openFollow = (store: LogStore): LogReader => store.open({ follow: true, sinceEndsAtFirstMatch: true });
const openAll = (store: LogStore): LogReader => store.open({ follow: false, sinceEndsAtFirstMatch: true });

/** 6 bytes of payload and 76 of what json-file adds. */
const STORED_LINE = 82;

describe("what a log driver keeps", () => {
  test("memory is bounded in bytes, the oldest go, a slow follow jumps", () => {
    const store = createStore({ maxBytes: 600 });
    const follow = openFollow(store);
    fill(store, 0, 5000);
    expect(drain(openAll(store))).toEqual(range(4900, 5000));
    expect(drain(follow)).toEqual(range(4900, 5000));
  });

  test("a read without follow ends where it began, whatever is written meanwhile", () => {
    const store = createStore();
    fill(store, 0, 3);
    const reader = openAll(store);
    fill(store, 3, 5);
    expect(drain(reader)).toEqual([0, 1, 2]);
    expect(reader.isFinished).toBe(true);
  });
});

describe("rotation", () => {
  const rotating = { maxFileBytes: 10 * STORED_LINE, maxFiles: 3 };

  test("as many files stay as configured, and a fresh read has all of them", () => {
    const store = createStore(rotating);
    fill(store, 0, 45);
    expect(drain(openAll(store))).toEqual(range(20, 45));
  });

  test("without a repeat a prompt follow sees every line once", () => {
    const store = createStore(rotating);
    const follow = openFollow(store);
    const seen: number[] = [];
    for (let index = 0; index < 45; index++) {
      fill(store, index, index + 1);
      seen.push(...drain(follow));
    }
    expect(seen).toEqual(range(0, 45));
  });

  test("a prompt follow repeats the end of each rotated file, so that stamps go back", () => {
    const store = createStore({ ...rotating, repeatShare: 0.3 });
    const follow = openFollow(store);
    const seen: number[] = [];
    for (let index = 0; index < 22; index++) {
      fill(store, index, index + 1);
      seen.push(...drain(follow));
    }
    expect(seen).toEqual([...range(0, 10), 7, 8, 9, ...range(10, 20), 17, 18, 19, 20, 21]);
  });

  test("a follow that is more than a file behind jumps, over lines that a fresh read still has", () => {
    const store = createStore({ ...rotating, maxFiles: 9 });
    const follow = openFollow(store);
    fill(store, 0, 1);
    expect(drain(follow)).toEqual([0]);
    fill(store, 1, 35);
    expect(drain(follow)).toEqual(range(20, 35));
    expect(drain(openAll(store))).toEqual(range(0, 35));
  });

  test("a scripted rotation drops, repeats and skips what it is told to", () => {
    const store = createStore();
    const follow = openFollow(store);
    fill(store, 0, 10);
    expect(drain(follow)).toEqual(range(0, 10));
    store.rotate({ keep: 2, repeat: 3, skip: 4 });
    fill(store, 10, 20);
    expect(drain(follow)).toEqual([7, 8, 9, ...range(14, 20)]);
    expect(drain(openAll(store))).toEqual(range(8, 20));
  });

  test("histories rotate away like written lines", () => {
    const history = { lines: 100, firstTsNs: 0n, intervalNs: 1n, line: (index: number) => ({ text: `${index}` }) };
    const store = createStore({ history, maxBytes: 60 });
    expect(drain(openAll(store))).toEqual(range(0, 100));
    fill(store, 100, 130);
    expect(drain(openAll(store))).toEqual(range(120, 130));
  });
});
