import { createRandom } from "@yardarm/testkit/random";
import { describe, expect, test } from "vitest";
import { firstAbove, type LineRun, mergeRuns, sliceRun } from "./line-run.ts";

const runOf = (name: string, places: readonly number[]): LineRun => {
  const lines = places.map((place, index) => `${name}${index} ${place}\n`);
  let at = 0;
  return {
    bytes: new Uint8Array(Buffer.from(lines.join(""))),
    ends: Uint32Array.from(lines.map(({ length }) => (at += length))),
    placesNs: BigInt64Array.from(places.map(BigInt)),
  };
};
const linesOf = (bytes: Uint8Array): readonly string[] => Buffer.from(bytes).toString().split("\n").slice(0, -1);

describe("[LOGS-12] runs of written lines", () => {
  test("are merged by their places; each stays in its order, also where places are the same", () => {
    const { bytes, lines } = mergeRuns([
      runOf("a", [1, 5, 5, 9]),
      runOf("b", [0, 5, 7]),
      runOf("c", []),
      runOf("d", [10]),
    ]);
    expect(lines).toBe(8);
    expect(linesOf(bytes)).toEqual(["b0 0", "a0 1", "a1 5", "a2 5", "b1 5", "b2 7", "a3 9", "d0 10"]);
  });

  test("whatever they are, nothing is lost, doubled or out of order", () => {
    const random = createRandom(11);
    for (let round = 0; round < 200; round++) {
      const runs = Array.from({ length: random.int(0, 6) }, (_, run) => {
        let place = 0;
        const places = Array.from({ length: random.int(0, 30) }, () => (place += random.int(0, 3)));
        return runOf(String.fromCharCode(97 + run), places);
      });
      const merged = linesOf(mergeRuns(runs).bytes);
      const places = merged.map((line) => Number(line.split(" ")[1]));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      for (const [index, run] of runs.entries()) {
        const name = String.fromCharCode(97 + index);
        expect(merged.filter((line) => line.startsWith(name))).toEqual(linesOf(run.bytes));
      }
    }
  });

  test("a slice of a run is a run", () => {
    const run = runOf("a", [1, 2, 3, 400]);
    const slice = sliceRun(run, 1, 3);
    expect(linesOf(slice.bytes)).toEqual(["a1 2", "a2 3"]);
    expect([...slice.ends]).toEqual([5, 10]);
    expect([...slice.placesNs]).toEqual([2n, 3n]);
    expect(linesOf(run.bytes)).toHaveLength(4);
  });

  test("the first value above another is found from any place on", () => {
    const values = [1n, 2n, 2n, 4n];
    expect([0n, 1n, 2n, 3n, 4n].map((value) => firstAbove(values, value, 0))).toEqual([0, 1, 3, 3, 4]);
    expect(firstAbove(values, 0n, 2)).toBe(2);
  });
});
