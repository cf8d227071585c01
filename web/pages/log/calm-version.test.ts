import { expect, test } from "vitest";
import { ManualClock } from "../../../testkit/manual-clock.ts";
import { Listeners } from "../../live/listeners.ts";
import type { LogFeed } from "../../live/log-session.ts";
import { CALM_MS, CalmVersion } from "./calm-version.ts";
import type { LogReader } from "./log-reader.ts";

/** A reader that has news when the test says so. */
class NewsReader implements LogReader {
  readonly #listeners = new Listeners();
  #version = 0;
  feed: LogFeed = { status: "open" };
  readonly hasOpened = true;
  readonly fetchState = { status: "idle" } as const;
  readonly arrived = { lines: 0, errors: 0 };
  readonly query = null;
  readonly queryProblem = null;
  isSearching = false;
  readonly linesPerSecond = 0;
  readonly isEmpty = false;
  readonly endSeq = 0;
  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  publish(): void {
    this.#version += 1;
    this.#listeners.tell();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  levelCounts(): readonly number[] {
    return [];
  }
  focus(): void {}
  load(): void {}
  search(): void {}
  retry(): void {}
}

const listen = () => {
  const reader = new NewsReader();
  const clock = new ManualClock();
  const calm = new CalmVersion(reader, {
    now: () => clock.nowMs(),
    after: (delayMs, run) => clock.setTimer(delayMs, run),
  });
  const told: number[] = [];
  const stop = calm.subscribe(() => told.push(calm.version()));
  return { reader, clock, calm, told, stop };
};

test("the first lines are told at once, a stream of them a few times per second, the last ones always", () => {
  const { reader, clock, calm, told } = listen();
  reader.publish();
  expect(told).toEqual([1]);
  for (let frame = 0; frame < 10; frame++) {
    clock.advance(16);
    reader.publish();
  }
  expect(told).toEqual([1]);
  expect(calm.version()).toBe(1);
  clock.advance(CALM_MS);
  expect(told).toEqual([1, 11]);
  clock.advance(10 * CALM_MS);
  expect(told).toEqual([1, 11]);
  reader.publish();
  expect(told).toEqual([1, 11, 12]);
});

test("what is no line is told at once, and the lines with it", () => {
  const { reader, clock, told } = listen();
  reader.publish();
  clock.advance(16);
  reader.publish();
  reader.isSearching = true;
  reader.publish();
  expect(told).toEqual([1, 3]);
  reader.feed = { status: "failed", code: "internal", message: "no" };
  reader.publish();
  expect(told).toEqual([1, 3, 4]);
  clock.advance(10 * CALM_MS);
  expect(told).toEqual([1, 3, 4]);
});

test("whoever stops listening is told nothing more, and what came before listening counts", () => {
  const { reader, clock, told, stop } = listen();
  reader.publish();
  clock.advance(16);
  reader.publish();
  stop();
  clock.advance(10 * CALM_MS);
  expect(told).toEqual([1]);
  expect(reader.listeners).toBe(0);

  const late = new CalmVersion(reader, { now: () => clock.nowMs(), after: () => () => {} });
  reader.publish();
  late.subscribe(() => {});
  expect(late.version()).toBe(reader.version());
});
