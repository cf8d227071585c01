import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogMerge, type MergeChange, type MergedLine, REORDER_MS } from "./log-merge.ts";

type Line = { readonly source: number; readonly atUs: number; readonly number: number };

/** A view that does what the changes say. */
class View {
  lines: MergedLine<Line>[] = [];
  readonly merge: LogMerge<Line>;
  /** The first place that was changed by the last flush. */
  changedFrom = 0;

  constructor(mostUnsettled?: number) {
    this.merge = new LogMerge(mostUnsettled);
  }

  flush(nowMs: number): void {
    this.#apply(this.merge.flush(nowMs));
  }

  #apply(change: MergeChange<Line> | null): void {
    if (change === null) return;
    expect(change.from).toBeLessThanOrEqual(this.lines.length);
    this.changedFrom = change.from;
    this.lines = [...this.lines.slice(0, change.from), ...change.lines];
  }

  get order(): readonly string[] {
    return this.lines.map(({ line, isLate }) => `${line.source}.${line.number}${isLate ? " late" : ""}`);
  }
}

const line = (source: number, number: number, atMs: number): Line => ({ source, number, atUs: atMs * 1_000 });

describe("[LOGS-12] merging", () => {
  test("shows a line at once, and puts one that comes within 200 ms in its place", () => {
    const view = new View();
    view.merge.take(line(0, 0, 1_000), 1_000);
    view.merge.take(line(0, 1, 1_050), 1_050);
    view.flush(1_050);
    expect(view.order).toEqual(["0.0", "0.1"]);
    view.merge.take(line(1, 0, 1_020), 1_150);
    view.flush(1_150);
    expect(view.order).toEqual(["0.0", "1.0", "0.1"]);
    expect(view.changedFrom).toBe(1);
  });

  test("appends and marks what comes later than that, and what follows it in its container stays behind it", () => {
    const view = new View();
    view.merge.take(line(0, 0, 1_000), 1_000);
    view.flush(1_000);
    view.flush(1_000 + REORDER_MS);
    view.merge.take(line(0, 1, 1_300), 1_300);
    view.merge.take(line(1, 0, 900), 1_310);
    view.merge.take(line(1, 1, 950), 1_311);
    view.merge.take(line(1, 2, 1_301), 1_312);
    view.flush(1_312);
    expect(view.order).toEqual(["0.0", "0.1", "1.0 late", "1.1 late", "1.2"]);
  });

  test("never sorts within a container, however its stamps step", () => {
    const view = new View();
    for (const [number, atMs] of [1_000, 990, 1_010, 400].entries()) view.merge.take(line(0, number, atMs), 1_010);
    view.merge.take(line(1, 0, 995), 1_010);
    view.flush(1_010);
    expect(view.order).toEqual(["1.0", "0.0", "0.1", "0.2", "0.3"]);
  });

  test("what may still move is bounded, also when no time passes", () => {
    const view = new View(10);
    for (let number = 0; number < 100; number++) {
      view.merge.take(line(number % 3, number, 1_000 + number), 1_000);
      view.flush(1_000);
    }
    view.merge.take(line(7, 0, 1_000), 1_000);
    view.flush(1_000);
    expect(view.lines).toHaveLength(101);
    expect(view.order.at(-1)).toBe("7.0 late");
    expect(view.changedFrom).toBeGreaterThanOrEqual(90);
  });
});

/** Lines with a stamp, a delay on their way, and whether the view is brought up to date afterwards. */
const arrivals = (mostDelayMs: number) =>
  fc.array(
    fc.record({
      source: fc.integer({ min: 0, max: 4 }),
      stepMs: fc.integer({ min: 0, max: 60 }),
      delayMs: fc.integer({ min: 0, max: mostDelayMs }),
      isFlushed: fc.boolean(),
    }),
    { maxLength: 200 },
  );

type Arrival = { readonly line: Line; readonly arrivedMs: number; readonly isFlushed: boolean };

/** As they come: within a container none overtakes another. */
const arrive = (
  plan: readonly { source: number; stepMs: number; delayMs: number; isFlushed: boolean }[],
): Arrival[] => {
  const counts = new Map<number, number>();
  const last = new Map<number, number>();
  let nowMs = 10_000;
  return plan
    .map(({ source, stepMs, delayMs, isFlushed }) => {
      nowMs += stepMs;
      const number = counts.get(source) ?? 0;
      counts.set(source, number + 1);
      const arrivedMs = Math.max(nowMs + delayMs, last.get(source) ?? 0);
      last.set(source, arrivedMs);
      return { line: line(source, number, nowMs), arrivedMs, isFlushed };
    })
    .toSorted((one, other) => one.arrivedMs - other.arrivedMs);
};

describe("[LOGS-12] whatever comes, in whatever order", () => {
  test("nothing is lost or doubled, each container keeps its order, and what is settled stays", () => {
    fc.assert(
      fc.property(arrivals(1_000), (plan) => {
        const view = new View();
        for (const { line: next, arrivedMs, isFlushed } of arrive(plan)) {
          view.merge.take(next, arrivedMs);
          if (isFlushed) view.flush(arrivedMs);
        }
        view.flush(Number.MAX_SAFE_INTEGER);
        expect(view.lines).toHaveLength(plan.length);
        expect(view.merge.count).toBe(plan.length);
        for (let source = 0; source <= 4; source++) {
          const numbers = view.lines.filter((shown) => shown.line.source === source).map((shown) => shown.line.number);
          expect(numbers).toEqual(numbers.map((_, index) => index));
        }
      }),
    );
  });

  test("what is brought up to date often changes nothing that is older than the window", () => {
    fc.assert(
      fc.property(arrivals(1_000), (plan) => {
        const view = new View();
        const arrivedMs = new Map<Line, number>();
        for (const arrival of arrive(plan)) {
          const before = view.lines;
          arrivedMs.set(arrival.line, arrival.arrivedMs);
          // A frame passes: what is due is settled.
          view.flush(arrival.arrivedMs);
          view.merge.take(arrival.line, arrival.arrivedMs);
          view.flush(arrival.arrivedMs);
          for (const { line: moved } of before.slice(view.changedFrom)) {
            expect(arrival.arrivedMs - (arrivedMs.get(moved) ?? 0)).toBeLessThan(REORDER_MS);
          }
        }
      }),
    );
  });

  test("what comes in time is in the order of its stamps, and nothing is called late", () => {
    fc.assert(
      fc.property(arrivals(REORDER_MS - 1), (plan) => {
        const view = new View();
        for (const { line: next, arrivedMs } of arrive(plan)) {
          view.merge.take(next, arrivedMs);
          view.flush(arrivedMs);
        }
        const stamps = view.lines.map((shown) => shown.line.atUs);
        expect(view.lines.filter(({ isLate }) => isLate)).toEqual([]);
        expect(stamps).toEqual(stamps.toSorted((one, other) => one - other));
      }),
    );
  });
});
