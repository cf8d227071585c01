import { describe, expect, test } from "vitest";
import { createRandom } from "./random.ts";

describe("seeded randomness", () => {
  test("repeats itself for a seed, and only for that seed", () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.int(0, 1_000_000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test("is spread evenly enough to reach every value", () => {
    const random = createRandom(1);
    const counts = new Map<number, number>();
    for (let draws = 0; draws < 60_000; draws++) {
      const value = random.int(1, 6);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test("a fork does not depend on what was drawn before, and differs by name", () => {
    const used = createRandom(3);
    used.next();
    expect(used.fork("network").next()).toBe(createRandom(3).fork("network").next());
    expect(used.fork("network").next()).not.toBe(used.fork("clock").next());
  });

  test("shuffle keeps every element", () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = createRandom(5).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });

  test("picking from nothing is an error", () => {
    expect(() => createRandom(5).pick([])).toThrow(RangeError);
  });
});
