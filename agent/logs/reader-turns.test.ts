import { beforeEach, describe, expect, test } from "vitest";
import { ReaderTurns, TURN_MS } from "./reader-turns.ts";

describe("[LOG-18] turns of readers", () => {
  let watched: Set<string>;
  let reading: Set<string>;
  let most: number;
  let turns: ReaderTurns<string>;

  beforeEach(() => {
    watched = new Set();
    reading = new Set();
    most = 0;
    turns = new ReaderTurns({
      limit: 2,
      isWatched: (item) => watched.has(item),
      changed: (item, hasTurn) => {
        if (hasTurn) reading.add(item);
        else reading.delete(item);
        most = Math.max(most, reading.size);
      },
    });
  });

  const want = (items: string, nowMs = 0): void => {
    for (const item of items) turns.want(item, nowMs);
  };
  const now = (): string => [...reading].toSorted().join("");

  test("no more than the limit read at once; whoever leaves makes room for the longest waiting", () => {
    want("abcd");
    expect(now()).toBe("ab");
    reading.delete("a");
    turns.leave("a", 1);
    expect(now()).toBe("bc");
    expect(most).toBe(2);
  });

  test("turns go round: in as many turns as it takes everybody has read", () => {
    want("abcde");
    const had = new Set(reading);
    for (let turn = 1; turn <= 2; turn++) {
      turns.tick(turn * TURN_MS);
      for (const item of reading) had.add(item);
    }
    expect([...had].toSorted().join("")).toBe("abcde");
    expect(most).toBe(2);
  });

  test("a turn is not cut short for somebody who is not watched", () => {
    want("abc");
    turns.tick(TURN_MS - 1);
    expect(now()).toBe("ab");
    turns.tick(TURN_MS);
    expect(now()).toContain("c");
  });

  test("a watched one is read at once, in place of the one that has read longest", () => {
    want("abc");
    watched.add("c");
    want("c", 5);
    expect(now()).toBe("bc");
  });

  test("a watched one is not set aside for others, however long they wait", () => {
    watched.add("a");
    want("abcd");
    for (let turn = 1; turn <= 10; turn++) {
      turns.tick(turn * TURN_MS);
      expect(now()).toContain("a");
    }
  });

  test("more watched ones than readers take turns among themselves", () => {
    for (const item of "abc") watched.add(item);
    want("abc");
    expect(now()).toBe("ab");
    turns.tick(TURN_MS);
    expect(now()).toBe("bc");
    turns.tick(2 * TURN_MS);
    expect(now()).toBe("ac");
  });

  test("one that waits may leave", () => {
    want("abc");
    turns.leave("c", 1);
    turns.leave("a", 2);
    expect([turns.hasTurn("b"), turns.hasTurn("c")]).toEqual([true, false]);
  });
});
