import { describe, expect, test } from "vitest";
import { compressesFiles, keptFiles, RecentStamps, rotationBytes, servedFiles } from "./rotation.ts";

test.each([
  ["json-file", {}, null],
  ["json-file", { "max-size": "100k" }, 100_000],
  ["json-file", { "max-size": "10m" }, 10_000_000],
  ["json-file", { "max-size": "1GB" }, 1e9],
  ["json-file", { "max-size": "-1" }, null],
  ["local", {}, 20_000_000],
  ["local", { "max-size": "500" }, 500],
  ["journald", { "max-size": "1m" }, null],
] as const)("%s with %o rotates at %s bytes", (driver, options, bytes) => {
  expect(rotationBytes(driver, options)).toBe(bytes);
});

describe("signs of a stream that repeats itself", () => {
  const taken = (...stamps: readonly [number, number][]): RecentStamps => {
    const recent = new RecentStamps();
    for (const [seconds, nanos] of stamps) recent.take(seconds, nanos);
    return recent;
  };

  test("a stamp that was taken before, or is older than all that were", () => {
    const recent = taken([1, 0], [2, 0], [3, 0]);
    expect(recent.isRepeat(2, 0)).toBe(true);
    expect(recent.isRepeat(0, 5)).toBe(true);
  });

  test("not a stamp that is new, nor one that was merely overtaken", () => {
    const recent = taken([1, 0], [2, 0], [3, 0]);
    expect(recent.isRepeat(3, 1)).toBe(false);
    expect(recent.isRepeat(2, 999_000_000)).toBe(false);
  });

  test("nothing before the first line", () => {
    expect(new RecentStamps().isRepeat(1, 0)).toBe(false);
  });

  test("a clock that was set back, once its lines are taken, is the new measure", () => {
    const recent = taken([1_000, 0], [10, 0]);
    expect(recent.isRepeat(10, 1)).toBe(false);
    expect(recent.isRepeat(10, 0)).toBe(false);
    expect(recent.isRepeat(9, 0)).toBe(true);
  });

  test("what is older than its memory still counts as repeated", () => {
    const recent = new RecentStamps();
    for (let n = 0; n < 5_000; n++) recent.take(n, 0);
    expect(recent.isRepeat(100, 0)).toBe(true);
  });
});

test("json-file keeps one old file even when it is told to keep none", () => {
  // Seen on 20.10: with `max-size` alone there are two files, and the API reads the newer one.
  const kept = (logDriver: string, file?: string) =>
    keptFiles({ logDriver, logOptions: file === undefined ? {} : { "max-file": file } });
  expect([kept("json-file"), kept("json-file", "1"), kept("json-file", "5")]).toEqual([2, 2, 5]);
  const served = (logOptions: Readonly<Record<string, string>>) => servedFiles({ logDriver: "json-file", logOptions });
  expect([served({}), served({ "max-file": "3" })]).toEqual([1, 3]);
  expect([kept("local"), kept("local", "3"), kept("local", "many")]).toEqual([5, 3, 2]);
});

test.each([
  ["local", {}, true],
  ["local", { compress: "false" }, false],
  ["json-file", {}, false],
  ["json-file", { compress: "true" }, true],
])("%s with %o compresses: %s", (logDriver, logOptions, compresses) => {
  expect(compressesFiles({ logDriver, logOptions: logOptions as Record<string, string> })).toBe(compresses);
});
