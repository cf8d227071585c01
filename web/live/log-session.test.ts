// Above 300 lines: one session against one small hub.
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { framesOf, ManualPort } from "../dev/log-samples.ts";
import { LogSession } from "./log-session.ts";
import type { LogHandlers, LogStart } from "./log-subscriptions.ts";

const containerId = asId<ContainerId>("ctr_aaaaaaaaaaaaaaaa");

/** A hub for one container and one viewer: numbers, commits, skips, restarts; it sends when the test says so. */
class SmallHub {
  lines: string[] = [];
  committedSeq = 0;
  epoch = 1;
  storedFromSeq = 0;
  handlers: LogHandlers | null = null;
  asked: LogStart[] = [];
  fetches: { readonly fromSeq: number; readonly toSeq: number }[] = [];
  isSubscribed = false;
  #sentSeq = 0;
  #written = 0;

  readonly subscribeLog = (_id: ContainerId, handlers: LogHandlers) => {
    this.handlers = handlers;
    return {
      fetch: (fromSeq: number, toSeq: number): void => {
        this.fetches.push({ fromSeq, toSeq });
      },
      end: () => {
        this.handlers = null;
      },
    };
  };

  /** Every line is another one, whatever its number. */
  write(count: number): void {
    for (let index = 0; index < count; index++) this.lines.push(`written ${this.#written++}`);
  }

  /** What was not committed is gone; the agent will send something else under those numbers. */
  restart(): void {
    this.lines.length = this.committedSeq;
    this.epoch += 1;
    this.disconnect();
  }

  /** The same on a connection that stands: said again, unasked. */
  renumber(): void {
    if (!this.isSubscribed) return;
    this.lines.length = this.committedSeq;
    this.epoch += 1;
    this.#sentSeq = Math.min(this.#sentSeq, this.committedSeq);
    this.#announce();
  }

  disconnect(): void {
    this.isSubscribed = false;
    this.fetches = [];
  }

  connect(): void {
    if (this.handlers === null || this.isSubscribed) return;
    const start = this.handlers.start();
    this.asked.push(start);
    const nextSeq = this.lines.length;
    const fromSeq = "tail" in start ? nextSeq - start.tail : start.sinceSeq;
    this.#sentSeq = Math.max(this.storedFromSeq, Math.min(nextSeq, Math.max(0, fromSeq)));
    this.isSubscribed = true;
    this.#announce();
  }

  /** Sends up to `count` lines, beginning up to `again` lines before what was sent last. */
  send(count: number, again = 0): void {
    if (!this.isSubscribed) return;
    const from = Math.max(this.storedFromSeq, this.#sentSeq - again);
    const end = Math.min(this.lines.length, this.#sentSeq + count);
    this.#sendLines(from, end);
    this.#sentSeq = Math.max(this.#sentSeq, end);
  }

  skip(count: number): void {
    if (!this.isSubscribed || this.handlers === null) return;
    const to = Math.min(this.lines.length, this.#sentSeq + count);
    if (to === this.#sentSeq) return;
    this.handlers.onSkipped({ type: "skipped", containerId, from: this.#sentSeq, to });
    this.#sentSeq = to;
  }

  answerFetch(): void {
    const fetch = this.fetches.shift();
    if (fetch === undefined || !this.isSubscribed) return;
    const fromSeq = Math.max(fetch.fromSeq, this.storedFromSeq);
    const toSeq = Math.min(fetch.toSeq, this.lines.length);
    this.#sendLines(fromSeq, toSeq);
    this.handlers?.onFetched({ type: "log.fetched", containerId, fromSeq, toSeq });
  }

  #announce(): void {
    this.handlers?.onSubscribed({
      type: "log.subscribed",
      containerId,
      alias: 1,
      epoch: `e${this.epoch}`,
      fromSeq: this.#sentSeq,
      committedSeq: this.committedSeq,
      nextSeq: this.lines.length,
    });
  }

  #sendLines(from: number, end: number): void {
    const lines = this.lines.slice(from, end).map((text) => ({ text }));
    for (const frame of framesOf(1, from, lines)) this.handlers?.onFrame(frame);
  }
}

const open = (limits?: { readonly lines: number; readonly bytes: number }) => {
  const hub = new SmallHub();
  const port = new ManualPort();
  const clock = new ManualClock();
  const session = new LogSession({
    containerId,
    source: hub,
    openPort: port.open,
    timers: { now: () => clock.nowMs(), after: (delayMs, run) => clock.setTimer(delayMs, run) },
    schedule: (publish) => publish(),
    ...(limits === undefined ? {} : { limits }),
  });
  return { hub, port, clock, session };
};

const textOf = (session: LogSession): readonly (readonly [seq: number, text: string])[] =>
  session.store.chunks.flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, index) => [chunk.firstSeq + index, chunk.lineText(index)] as const),
  );

test("opening asks for the last 1,000 lines and shows them together", () => {
  const { hub, port, session } = open();
  hub.write(3_000);
  hub.connect();
  expect(hub.asked).toEqual([{ tail: 1_000 }]);
  hub.send(400);
  port.deliver();
  expect(session.feed).toEqual({ status: "opening" });
  hub.send(600);
  port.deliver();
  expect(session.feed).toEqual({ status: "open" });
  expect(session.store.lineCount).toBe(1_000);
  expect(session.arrived.lines).toBe(0);
});

test("a container that has written nothing is open at once; a hub that stops half-way is not waited for", () => {
  const silent = open();
  silent.hub.connect();
  silent.port.deliver();
  expect(silent.session.feed).toEqual({ status: "open" });

  const stuck = open();
  stuck.hub.write(1_000);
  stuck.hub.connect();
  stuck.hub.send(10);
  stuck.port.deliver();
  stuck.clock.advance(1_500);
  expect(stuck.session.feed).toEqual({ status: "open" });
});

test("a lost connection goes on from the next missing line", () => {
  const { hub, port, session } = open();
  hub.write(10);
  hub.connect();
  hub.send(10);
  port.deliver();
  hub.disconnect();
  hub.write(5);
  hub.connect();
  expect(hub.asked[1]).toEqual({ sinceSeq: 10, epoch: "e1", committedSeq: 0 });
  hub.send(5, 3);
  port.deliver();
  expect(textOf(session).map(([seq]) => seq)).toEqual(Array.from({ length: 15 }, (_, seq) => seq));
  expect(session.arrived.lines).toBe(5);
});

test("a new epoch takes back what was never committed, and what the answer leaves open is fetched", () => {
  const { hub, port, session } = open();
  hub.write(20);
  hub.committedSeq = 12;
  hub.connect();
  hub.send(20);
  port.deliver();
  hub.restart();
  hub.write(30);
  hub.connect();
  hub.send(100);
  port.deliver();
  expect(session.store.holes()).toEqual([{ kind: "notLoaded", fromSeq: 12, endSeq: 20 }]);
  hub.answerFetch();
  port.deliver();
  expect(textOf(session)).toEqual(hub.lines.map((text, seq) => [seq, text]));
});

test("a frame that arrives before the message about a new epoch, but is decoded after it, does not stay", () => {
  const { hub, port, session } = open();
  hub.write(20);
  hub.connect();
  hub.send(20);
  hub.restart();
  hub.connect();
  expect(port.waiting).toBeGreaterThan(1);
  port.deliver();
  expect(session.store.isEmpty).toBe(true);
});

test("skipped lines are fetched once the burst is over, and not one by one", () => {
  const { hub, port, clock, session } = open();
  hub.connect();
  hub.write(100);
  hub.send(10);
  hub.skip(40);
  port.deliver();
  clock.advance(600);
  hub.skip(10);
  hub.send(40);
  port.deliver();
  clock.advance(600);
  expect(hub.fetches).toEqual([]);
  expect(session.store.holes()).toEqual([{ kind: "notLoaded", fromSeq: 10, endSeq: 60 }]);
  clock.advance(500);
  expect(hub.fetches).toEqual([{ fromSeq: 10, toSeq: 50 }]);
  hub.answerFetch();
  port.deliver();
  hub.answerFetch();
  port.deliver();
  expect(session.store.holes()).toEqual([]);
  expect(session.fetchState).toEqual({ status: "idle" });
});

test("older lines come a page at a time; what is not stored is said", () => {
  const { hub, port, session } = open();
  hub.write(5_000);
  hub.storedFromSeq = 3_500;
  hub.connect();
  hub.send(1_000);
  port.deliver();
  session.load({ fromSeq: 0, endSeq: 4_000 }, "newest");
  session.load({ fromSeq: 0, endSeq: 4_000 }, "newest");
  expect(hub.fetches).toEqual([{ fromSeq: 3_000, toSeq: 4_000 }]);
  hub.answerFetch();
  port.deliver();
  expect(session.store.holes()).toEqual([{ kind: "notStored", fromSeq: 0, endSeq: 3_500 }]);
});

test("what an answer reaches over without lines is not stored, and not asked for again", () => {
  const { hub, port, clock, session } = open();
  hub.write(100);
  hub.connect();
  hub.send(40);
  hub.skip(20);
  hub.send(40);
  port.deliver();
  clock.advance(1_000);
  expect(hub.fetches).toEqual([{ fromSeq: 40, toSeq: 60 }]);
  hub.handlers?.onFetched({ type: "log.fetched", containerId, fromSeq: 40, toSeq: 60 });
  port.deliver();
  expect(session.store.holes()).toEqual([{ kind: "notStored", fromSeq: 40, endSeq: 60 }]);
  clock.advance(10_000);
  expect(hub.fetches).toHaveLength(1);
});

test("a fetch that is not answered, or brings nothing, fails instead of repeating itself", () => {
  const { hub, port, clock, session } = open();
  hub.write(2_000);
  hub.connect();
  hub.send(1_000);
  port.deliver();
  session.load({ fromSeq: 0, endSeq: 1_000 }, "newest");
  clock.advance(10_000);
  expect(session.fetchState.status).toBe("failed");
  session.load({ fromSeq: 0, endSeq: 1_000 }, "newest");
  hub.handlers?.onFetched({ type: "log.fetched", containerId, fromSeq: 0, toSeq: 0 });
  port.deliver();
  expect(session.fetchState.status).toBe("failed");
});

test("a refusal or an unreadable frame is a failure that can be retried; what is held stays", () => {
  const { hub, port, session } = open();
  hub.write(10);
  hub.connect();
  hub.send(10);
  hub.handlers?.onFrame(new Uint8Array([1, 1, 0, 0, 0, 9, 9]).buffer);
  port.deliver();
  expect(session.feed).toMatchObject({ status: "failed", code: "malformed_frame" });
  session.retry();
  hub.disconnect();
  hub.connect();
  port.deliver();
  expect(session.feed).toEqual({ status: "open" });
  expect(session.store.lineCount).toBe(10);
  const refusal = { type: "error", code: "internal", message: "no", requestId: "req_1" } as const;
  hub.handlers?.onError({ ...refusal, refused: "log.subscribe", containerId });
  port.deliver();
  expect(session.feed).toEqual({ status: "failed", code: "internal", message: "no", requestId: "req_1" });
});

test("searching looks through what is held and what comes", () => {
  const { hub, port, session } = open();
  hub.write(2_500);
  hub.connect();
  hub.send(1_000);
  port.deliver();
  session.search({ text: "written 20", isCaseSensitive: false, isRegex: false });
  hub.write(3);
  expect(session.isSearching).toBe(true);
  hub.send(3);
  port.deliver();
  expect(session.isSearching).toBe(false);
  const found = session.store.chunks.reduce((sum, chunk) => {
    return (
      sum + Array.from({ length: chunk.count }, (_, index) => index).filter((index) => chunk.isMatched(index)).length
    );
  }, 0);
  expect(found).toBe(100);
});

/** What may happen between hub and page, in any order. */
const stepArbitrary = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("write" as const), count: fc.integer({ min: 1, max: 700 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      count: fc.integer({ min: 1, max: 900 }),
      again: fc.oneof(fc.nat(2), fc.nat(50)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("skip" as const), count: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deliver" as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit" as const), open: fc.oneof(fc.nat(2), fc.nat(500)) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("disconnect" as const, "restart" as const, "renumber" as const) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("connect" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("answer" as const, "load" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

const take = (step: Step, { hub, port, clock, session }: ReturnType<typeof open>): void => {
  switch (step.do) {
    case "write":
      hub.write(step.count);
      return;
    case "send":
      hub.send(step.count, step.again);
      return;
    case "skip":
      hub.skip(step.count);
      return;
    case "deliver":
      port.deliver(step.count);
      return;
    case "commit":
      // An agent sends the same lines under the same numbers again, so that what a viewer of an earlier epoch holds stays
      // true. This hub has new ones each time, and commits them only once that viewer has heard of the epoch.
      if (hub.isSubscribed) hub.committedSeq = Math.max(hub.committedSeq, hub.lines.length - step.open);
      return;
    case "disconnect":
      hub.disconnect();
      return;
    case "renumber":
      hub.renumber();
      return;
    case "restart":
      hub.restart();
      return;
    case "connect":
      hub.connect();
      return;
    case "answer":
      hub.answerFetch();
      return;
    case "load": {
      const hole = session.store.holes().find(({ kind }) => kind === "notLoaded");
      if (hole !== undefined) session.load(hole, "newest");
      return;
    }
    case "wait":
      clock.advance(step.ms);
      return;
  }
};

test("cuts, overlaps, skips, restarts and late answers in any order: every line once, in order, as it was written", () => {
  fc.assert(
    fc.property(fc.array(stepArbitrary, { minLength: 20, maxLength: 80, size: "max" }), (steps) => {
      const parts = open();
      const { hub, port, clock, session } = parts;
      hub.connect();
      for (const step of steps) take(step, parts);
      // At last everything calms down: connected, committed, all sent, all that is missing fetched.
      hub.connect();
      for (let round = 0; round < 200; round++) {
        hub.send(100_000);
        port.deliver();
        clock.advance(1_000);
        hub.answerFetch();
        port.deliver();
        const hole = session.store.holes()[0];
        if (hole === undefined && session.store.endSeq === hub.lines.length) break;
        if (hole !== undefined) session.load(hole, "oldest");
      }
      expect(textOf(session)).toEqual(hub.lines.map((text, seq) => [seq, text]));
      session.stop();
    }),
    { numRuns: 200 },
  );
}, 60_000);
