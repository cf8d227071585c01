import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { ERROR } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION } from "@yardarm/protocol/log/line-flags";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { framesOf, ManualPort, type SampleLine } from "../dev/log-samples.ts";
import type { LogHandlers, LogStart } from "./log-subscriptions.ts";
import { MergedSession } from "./merged-session.ts";

const [one, two] = [asId<ContainerId>("ctr_aaaaaaaaaaaaaaaa"), asId<ContainerId>("ctr_bbbbbbbbbbbbbbbb")];
const BASE_MS = 1_795_269_731_000;

/** One container at a hub that sends when the test says so. */
class Feed {
  handlers: LogHandlers | null = null;
  asked: LogStart | null = null;
  fetches: (readonly [number, number])[] = [];
  readonly containerId: ContainerId;

  constructor(containerId: ContainerId) {
    this.containerId = containerId;
  }

  connect(answer: { epoch?: string; fromSeq?: number; committedSeq?: number; nextSeq?: number } = {}): void {
    this.asked = this.handlers?.start() ?? null;
    this.announce(answer);
  }

  announce({ epoch = "1", fromSeq = 0, committedSeq = 0, nextSeq = 0 }): void {
    const { containerId } = this;
    this.handlers?.onSubscribed({
      type: "log.subscribed",
      containerId,
      alias: 1,
      epoch,
      fromSeq,
      committedSeq,
      nextSeq,
    });
  }

  /** Texts with the ms after `BASE_MS` at which they were written. */
  send(firstSeq: number, lines: readonly (readonly [string, number, Partial<SampleLine>?])[]): void {
    const samples = lines.map(([text, atMs, more]) => ({ text, atMs: BASE_MS + atMs, ...more }));
    for (const frame of framesOf(1, firstSeq, samples)) this.handlers?.onFrame(frame);
  }

  skip(from: number, to: number): void {
    this.handlers?.onSkipped({ type: "skipped", containerId: this.containerId, from, to });
  }

  fetched(fromSeq: number, toSeq: number): void {
    this.handlers?.onFetched({ type: "log.fetched", containerId: this.containerId, fromSeq, toSeq });
  }
}

let clock: ManualClock;
let port: ManualPort;
let feeds: Map<ContainerId, Feed>;
let publish: (() => void) | null;
let session: MergedSession;

const feed = (containerId: ContainerId): Feed => {
  const found = feeds.get(containerId);
  if (found === undefined) throw new Error("Nobody has subscribed.");
  return found;
};

beforeEach(() => {
  clock = new ManualClock();
  port = new ManualPort();
  feeds = new Map();
  publish = null;
  session = new MergedSession({
    source: {
      subscribeLog: (containerId, handlers) => {
        const opened = new Feed(containerId);
        opened.handlers = handlers;
        feeds.set(containerId, opened);
        return {
          fetch: (fromSeq, toSeq) => void opened.fetches.push([fromSeq, toSeq]),
          end: () => {
            opened.handlers = null;
          },
        };
      },
    },
    openPort: port.open,
    timers: { now: () => clock.nowMs(), after: (delayMs, run) => clock.setTimer(delayMs, run) },
    schedule: (run) => {
      publish = run;
    },
    limits: { lines: 3_000, bytes: 1024 * 1024 },
  });
});

/** What the worker has is answered, and a frame is drawn. */
const draw = (): void => {
  port.deliver();
  const run = publish;
  publish = null;
  run?.();
};

const shown = (): readonly string[] => {
  const texts: string[] = [];
  for (const chunk of session.store.chunks) {
    for (let index = 0; index < chunk.count; index++) {
      const { containerId, seq, isLate } = session.originAt(chunk.firstSeq + index);
      texts.push(`${chunk.lineText(index)} ${containerId === one ? 1 : 2}.${seq}${isLate ? " late" : ""}`);
    }
  }
  return texts;
};

const followBoth = (skewMs = 0): void => {
  session.follow([
    { containerId: one, skewMs: 0 },
    { containerId: two, skewMs },
  ]);
};

describe("[LOGS-12] a merged session", () => {
  test("shows what existed of all containers at once, in the order of time", () => {
    followBoth();
    feed(one).connect({ fromSeq: 7, nextSeq: 9 });
    feed(one).send(7, [
      ["a", 0],
      ["b", 20],
    ]);
    draw();
    expect(session.hasOpened).toBe(false);
    feed(two).connect({ nextSeq: 1 });
    feed(two).send(0, [["c", 10]]);
    draw();
    expect(session.hasOpened).toBe(true);
    draw();
    expect(shown()).toEqual(["a 1.7", "c 2.0", "b 1.8"]);
    expect(session.arrived.lines).toBe(0);
  });

  test("does not wait for ever for one that says nothing", () => {
    followBoth();
    feed(one).connect({ nextSeq: 1 });
    feed(one).send(0, [["a", 0]]);
    draw();
    clock.advance(1_500);
    draw();
    expect(shown()).toEqual(["a 1.0"]);
  });

  test("[LOGS-09] compares stamps without the clock's error of their host", () => {
    followBoth(5_000);
    feed(one).connect({ nextSeq: 1 });
    feed(one).send(0, [["a", 100]]);
    feed(two).connect({ nextSeq: 1 });
    feed(two).send(0, [["five seconds ahead", 5_050]]);
    draw();
    draw();
    expect(shown()).toEqual(["five seconds ahead 2.0", "a 1.0"]);
  });

  test("puts a line that comes within the window in its place, and appends what comes later, marked", () => {
    followBoth();
    feed(one).connect();
    feed(two).connect();
    draw();
    feed(one).send(0, [["a", 0]]);
    draw();
    clock.advance(100);
    feed(one).send(1, [["c", 100]]);
    feed(two).send(0, [["b", 50]]);
    draw();
    expect(shown()).toEqual(["a 1.0", "b 2.0", "c 1.1"]);
    clock.advance(500);
    draw();
    feed(one).send(2, [["d", 600]]);
    draw();
    clock.advance(300);
    draw();
    feed(two).send(1, [["forgotten", 60]]);
    draw();
    expect(shown().at(-1)).toBe("forgotten 2.1 late");
    expect(session.arrived.lines).toBe(5);
  });

  test("a container that joins later is read from then on; one that leaves keeps its lines", () => {
    session.follow([{ containerId: one, skewMs: 0 }]);
    feed(one).connect();
    draw();
    feed(one).send(0, [["a", 0]]);
    draw();
    followBoth();
    feed(two).connect({ nextSeq: 1 });
    feed(two).send(0, [["b", 10]]);
    draw();
    expect(shown()).toEqual(["a 1.0", "b 2.0"]);
    session.follow([{ containerId: two, skewMs: 0 }]);
    expect(feed(one).handlers).toBeNull();
    expect(session.sources.map(({ containerId }) => containerId)).toEqual([two]);
    expect(shown()).toHaveLength(2);
  });

  test("[LOGS-09] goes on after a lost connection, and fetches what the hub no longer sends by itself", () => {
    session.follow([{ containerId: one, skewMs: 0 }]);
    feed(one).connect();
    feed(one).send(0, [["a", 0]]);
    draw();
    draw();
    feed(one).handlers?.onCommitted?.(1);
    feed(one).connect({ fromSeq: 3, nextSeq: 4 });
    // Whose numbers it holds, and up to where they are settled.
    expect(feed(one).asked).toEqual({ sinceSeq: 1, epoch: "1", committedSeq: 1 });
    feed(one).send(3, [["d", 30]]);
    draw();
    expect(feed(one).fetches).toEqual([[1, 3]]);
    expect(shown()).toEqual(["a 1.0"]);
    feed(one).send(1, [
      ["b", 10],
      ["c", 20],
    ]);
    feed(one).fetched(1, 3);
    draw();
    expect(shown()).toEqual(["a 1.0", "b 1.1", "c 1.2", "d 1.3"]);
    expect(session.sources[0]?.leftOutLines).toBe(0);
  });

  test("[LOGS-10] of what was skipped the newest part is fetched, the rest is counted", () => {
    session.follow([{ containerId: one, skewMs: 0 }]);
    feed(one).connect();
    draw();
    feed(one).skip(0, 5_000);
    feed(one).send(5_000, [["after", 0]]);
    draw();
    expect(feed(one).fetches).toEqual([[3_000, 5_000]]);
    expect(session.sources[0]?.leftOutLines).toBe(3_000);
    clock.advance(10_000);
    draw();
    expect(shown()).toEqual(["after 1.5000"]);
    expect(session.sources[0]?.leftOutLines).toBe(5_000);
  });

  test("[LOG-9] when the hub numbers anew, the same lines are not shown twice and others are", () => {
    session.follow([{ containerId: one, skewMs: 0 }]);
    feed(one).connect();
    feed(one).send(0, [
      ["a", 0],
      ["b", 10],
      ["c", 20],
    ]);
    draw();
    draw();
    feed(one).connect({ epoch: "2", fromSeq: 3, committedSeq: 1, nextSeq: 4 });
    draw();
    expect(feed(one).fetches).toEqual([[1, 3]]);
    feed(one).send(1, [
      ["b", 10],
      ["another", 21],
    ]);
    feed(one).fetched(1, 3);
    feed(one).send(3, [["d", 30]]);
    draw();
    expect(shown().map((text) => text.split(" ")[0])).toEqual(["a", "b", "c", "another", "d"]);
  });

  test("a refusal of one container stops no other; trying again asks only for that one", () => {
    followBoth();
    feed(one).connect();
    feed(two).handlers?.onError({
      type: "error",
      code: "forbidden",
      message: "No.",
      refused: "log.subscribe",
      containerId: two,
    });
    draw();
    expect(session.hasOpened).toBe(true);
    expect(session.sources.map(({ state }) => state.status)).toEqual(["open", "failed"]);
    const [before, refused] = [feed(one), feed(two)];
    session.retry();
    expect(feed(one)).toBe(before);
    expect(feed(two)).not.toBe(refused);
  });

  test("what continues a line never seems to continue another container's", () => {
    followBoth();
    feed(one).connect({ nextSeq: 2 });
    feed(one).send(0, [
      ["Error: x", 0, { level: ERROR }],
      ["  at y", 20, { level: ERROR, isContinuation: true }],
    ]);
    feed(two).connect({ nextSeq: 1 });
    feed(two).send(0, [["between", 10]]);
    draw();
    draw();
    const [chunk] = session.store.chunks;
    const continued = [0, 1, 2].map((index) => ((chunk?.flags(index) ?? 0) & FLAG_CONTINUATION) !== 0);
    expect(shown()).toEqual(["Error: x 1.0", "between 2.0", "  at y 1.1"]);
    expect(continued).toEqual([false, false, false]);
  });

  test("searches what is held and what comes, also while lines are put in their places", () => {
    followBoth();
    feed(one).connect({ nextSeq: 1 });
    feed(one).send(0, [["needle 1", 0]]);
    feed(two).connect();
    draw();
    draw();
    session.search({ text: "needle", isCaseSensitive: false, isRegex: false }, []);
    feed(one).send(1, [["needle 3", 40]]);
    draw();
    feed(two).send(0, [["needle 2", 20]]);
    draw();
    draw();
    draw();
    const matched: string[] = [];
    for (const chunk of session.store.chunks) {
      for (let index = 0; index < chunk.count; index++) if (chunk.isMatched(index)) matched.push(chunk.lineText(index));
    }
    expect(matched).toEqual(["needle 1", "needle 2", "needle 3"]);
    expect(session.isSearching).toBe(false);
  });

  test("memory is bounded: what leaves first is the oldest, and so does where it came from", () => {
    session.follow([{ containerId: one, skewMs: 0 }]);
    feed(one).connect();
    draw();
    for (let batch = 0; batch < 20; batch++) {
      const lines = Array.from({ length: 1_000 }, (_, index) => [`line ${index}`, batch * 1_000 + index] as const);
      feed(one).send(batch * 1_000, lines);
      clock.advance(1_000);
      draw();
    }
    expect(session.store.lineCount).toBeLessThanOrEqual(4_024);
    expect(session.endSeq).toBe(20_000);
    expect(session.originAt(19_999)).toMatchObject({ containerId: one, seq: 19_999 });
    expect(session.isEmpty).toBe(false);
  });

  test("nothing happens after the end", () => {
    followBoth();
    session.stop();
    expect(feed(one).handlers).toBeNull();
    expect(session.sources).toEqual([]);
  });
});
