import { zstdCompressSync } from "node:zlib";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { FRAME_LOG_BATCH, parseFramePrefix } from "@yardarm/protocol/log/frame";
import { ERROR } from "@yardarm/protocol/log/level";
import { beforeEach, describe, expect, test } from "vitest";
import { CollectingLogHub } from "../../../testkit/collecting-log-hub.ts";
import { ManualClock } from "../../../testkit/manual-clock.ts";
import { LineReader } from "../reading/line-reader.ts";
import type { LineTaker } from "../reading/line-taker.ts";
import type { LogRead, LogSource, MessageReader } from "../log-source.ts";
import { onlySource } from "../log-sources.ts";
import type { LogRate } from "./rate-limit.ts";
import { SendWindow, WindowShare } from "./send-window.ts";
import { Follower } from "./follower.ts";

const ALIAS = 3;

/** A log that the test feeds by hand; it remembers what is asked of it. */
class HandFedSource implements LogSource {
  readonly kind = "file";
  readonly followsRotation = true;
  readonly asked: string[] = [];
  readonly reads: LogRead[] = [];
  #reader: MessageReader | null = null;
  #stampNs = 1_000_000_000n;

  open(read: LogRead, reader: MessageReader) {
    this.asked.push("open");
    this.reads.push(read);
    this.#reader = reader;
    return {
      pause: () => void this.asked.push("pause"),
      resume: () => void this.asked.push("resume"),
      containerStopped: () => {},
      position: () => null,
      close: () => {
        if (this.#reader === reader) this.#reader = null;
        this.asked.push("close");
      },
    };
  }

  /** Lines of one read. */
  lines(...texts: readonly string[]): void {
    for (const text of texts) this.#put(`${text}\n`);
    this.#reader?.readEnd();
  }

  fragment(text: string): void {
    this.#put(text);
    this.#reader?.readEnd();
  }

  #put(text: string): void {
    const payload = Buffer.from(text);
    this.#stampNs += 1_000_000n;
    const seconds = Number(this.#stampNs / 1_000_000_000n);
    this.#reader?.message(0, seconds, Number(this.#stampNs % 1_000_000_000n), payload, 0, payload.length);
  }
}

describe("follower", () => {
  let clock: ManualClock;
  let source: HandFedSource;
  let hub: CollectingLogHub;
  let frames: { readonly kind: number; readonly bytes: number; readonly atMs: number }[];
  let follower: Follower;
  let isOnline: boolean;
  let share: WindowShare;
  let makeFollower: (rate: LogRate | null) => Follower;

  beforeEach(async () => {
    clock = new ManualClock();
    source = new HandFedSource();
    hub = new CollectingLogHub();
    frames = [];
    isOnline = true;
    share = new WindowShare(new SendWindow(64 * 1024));
    const time = {
      nowNs: () => clock.nowNs(),
      monotonicMs: () => clock.nowMs(),
      setTimer: (ms: number, callback: () => void) => clock.setTimer(ms, callback),
    };
    const dockerId = "a".repeat(64) as LogRead["container"]["dockerId"];
    makeFollower = (rate) =>
      new Follower({
        makeReader: (taker: LineTaker) =>
          new LineReader({
            sources: onlySource(source),
            container: { dockerId, tty: false, logDriver: "json-file", logOptions: {}, logPath: null },
            createdAtNs: 1n,
            enrolledAtNs: 0n,
            taker,
            inspect: async () => "running",
            acquireSlot: async () => () => {},
            clock: time,
            random: () => 0.5,
          }),
        share,
        rate,
        sendFrame: (frame) => {
          if (!isOnline) return false;
          const { kind } = parseFramePrefix(frame);
          frames.push({ kind, bytes: frame.length, atMs: clock.nowMs() });
          hub.take(frame);
          return true;
        },
        compress: (body) => zstdCompressSync(body),
        clock: time,
        onReport: () => {},
      });
    follower = makeFollower(null);
    follower.assign(ALIAS, null);
    await clock.advanceAsync(0);
  });

  const batches = () => frames.filter(({ kind }) => kind === FRAME_LOG_BATCH);
  const startMs = () => 1_780_000_000_000;

  test("unwatched, lines wait for a second and leave as one compressed batch with its cursor", async () => {
    source.lines(...Array.from({ length: 50 }, () => "the same words over and over"));
    await clock.advanceAsync(600);
    source.lines("last");
    expect(frames).toEqual([]);
    await clock.advanceAsync(400);
    expect(frames.map(({ kind }) => kind)).toEqual([1, 2]);
    expect(batches()[0]?.bytes).toBeLessThan(400);
    expect(hub.commit(ALIAS).nextSeq).toBe(51);
    expect(hub.cursor(ALIAS)?.tail.length).toBe(8);
  });

  test("unwatched, 256 KiB leave at once, and the cursor covers exactly the lines before it", async () => {
    for (let n = 0; n < 70; n++) source.lines(`${n} ${"x".repeat(4_000)}`);
    expect(batches().length).toBe(1);
    const { nextSeq } = hub.commit(ALIAS);
    expect(nextSeq).toBe(66);
    expect(hub.cursor(ALIAS)?.tail.at(-1)?.tsNs).toBe(String(hub.lines(ALIAS)[nextSeq - 1]?.tsNs));
  });

  test("watched, every read leaves at once, but no more than one frame in a millisecond", async () => {
    follower.watch(true);
    source.lines("one");
    source.lines("two");
    source.lines("three");
    expect(batches().map(({ atMs }) => atMs - startMs())).toEqual([0]);
    await clock.advanceAsync(1);
    expect(batches().map(({ atMs }) => atMs - startMs())).toEqual([0, 1]);
    expect(hub.texts(ALIAS)).toEqual(["one", "two", "three"]);
  });

  test("watched, a cursor follows at most every 250 ms", async () => {
    follower.watch(true);
    for (let ms = 0; ms < 500; ms += 10) {
      source.lines(`at ${ms}`);
      await clock.advanceAsync(10);
    }
    await clock.advanceAsync(300);
    expect(frames.filter(({ kind }) => kind !== FRAME_LOG_BATCH).length).toBe(2);
    expect(hub.commit(ALIAS).nextSeq).toBe(50);
  });

  test("what was taken slowly leaves as soon as somebody watches", () => {
    source.lines("waiting");
    follower.watch(true);
    expect(hub.texts(ALIAS)).toEqual(["waiting"]);
  });

  test("an unfinished line is in no batch, and its beginning is in the cursor", async () => {
    source.lines("whole");
    source.fragment("beginning of ");
    await clock.advanceAsync(1_000);
    hub.commit(ALIAS);
    expect(hub.texts(ALIAS)).toEqual(["whole"]);
    expect(hub.cursor(ALIAS)?.openLineSinceNs).toBe("1002000000");
  });

  test("carries the level of each line", () => {
    source.lines("ERROR it broke", "  at Object.run (x.js:1:1)");
    follower.watch(true);
    expect(hub.lines(ALIAS).map(({ level }) => level)).toEqual([ERROR, ERROR]);
  });

  test("[LOGS-10] stops reading when its share is used up, and reads on when the hub has committed", async () => {
    follower.watch(true);
    for (let n = 0; n < 20; n++) {
      source.lines("x".repeat(2_000));
      await clock.advanceAsync(1);
    }
    source.asked.length = 0;
    for (let n = 0; n < 20; n++) source.lines("y".repeat(2_000));
    await clock.advanceAsync(1);
    expect(source.asked).toEqual(["pause"]);
    follower.flush();
    follower.acknowledged(hub.commit(ALIAS).nextSeq);
    follower.updateBackPressure();
    expect(source.asked).toEqual(["pause", "resume"]);
  });

  test("a pause of more than 3 s closes the source; reading goes on at the place", async () => {
    follower.watch(true);
    source.lines("one");
    follower.offline();
    await clock.advanceAsync(3_000);
    expect(source.asked).toEqual(["open", "pause", "close"]);
    follower.assign(ALIAS, { nextSeq: 1, tsNs: "1001000000", ordinal: 0, tail: [] });
    await clock.advanceAsync(0);
    expect(source.asked.at(-1)).toBe("open");
    expect(source.reads.at(-1)?.from).toEqual({ kind: "since", tsNs: 1_001_000_000n - 2_000_000_000n });
  });

  test("a clock that was set back has the source opened again, from before the new time", async () => {
    source.lines("one");
    clock.step(-clock.nowMs() + 500);
    follower.clockSetBack();
    await clock.advanceAsync(0);
    expect(source.asked).toEqual(["open", "close", "open"]);
    expect(source.reads.at(-1)?.from).toEqual({ kind: "since", tsNs: 500_000_000n - 2_000_000_000n });
  });

  test("a new connection to a hub that has everything goes on without reading again", async () => {
    follower.watch(true);
    source.lines("one");
    follower.flush();
    hub.commit(ALIAS);
    const cursor = hub.cursor(ALIAS) as LogCursor;
    isOnline = false;
    follower.offline();
    await clock.advanceAsync(1_000);
    isOnline = true;
    follower.assign(ALIAS, cursor);
    source.lines("two");
    await clock.advanceAsync(1_000);
    expect(source.asked).toEqual(["open", "pause", "resume"]);
    expect(hub.texts(ALIAS)).toEqual(["one", "two"]);
  });

  test("a new connection to a hub that lacks lines reads them again", async () => {
    follower.watch(true);
    source.lines("one", "two");
    isOnline = false;
    follower.offline();
    hub.forgetUncommitted(ALIAS);
    isOnline = true;
    follower.assign(ALIAS, null);
    await clock.advanceAsync(0);
    expect(source.asked.filter((asked) => asked === "open")).toHaveLength(2);
    source.lines("one", "two");
    await clock.advanceAsync(1_000);
    expect(hub.texts(ALIAS)).toEqual(["one", "two"]);
  });

  describe("rate limit", () => {
    beforeEach(async () => {
      follower.close();
      source.asked.length = 0;
      follower = makeFollower({ linesPerSecond: 100, burstLines: 10 });
      follower.assign(ALIAS, null);
      await clock.advanceAsync(0);
    });
    const flood = (lines: number): void => source.lines(...Array.from({ length: lines }, (_, n) => `line ${n}`));

    test("[LOG-17] beyond the burst the source is paused, everything that was read is sent, and reading goes on", async () => {
      follower.watch(true);
      flood(10);
      expect([source.asked, follower.isHeldBack]).toEqual([["open"], false]);
      flood(20);
      expect([source.asked, follower.isHeldBack]).toEqual([["open", "pause"], true]);
      await clock.advanceAsync(1);
      expect(hub.count(ALIAS)).toBe(30);
      await clock.advanceAsync(498);
      expect(source.asked).toEqual(["open", "pause"]);
      await clock.advanceAsync(1);
      expect([source.asked, follower.isHeldBack]).toEqual([["open", "pause", "resume"], false]);
    });

    test("[LOG-17] a delay of more than 3 s closes the source, and reading goes on at the place", async () => {
      flood(510);
      await clock.advanceAsync(3_000);
      expect(source.asked).toEqual(["open", "pause", "close"]);
      await clock.advanceAsync(2_000);
      expect(source.asked).toEqual(["open", "pause", "close", "open"]);
      expect(source.reads.at(-1)?.from.kind).toBe("since");
    });

    test("[LOG-17] lines that the window held back do not make the delay shorter", async () => {
      flood(60);
      follower.acknowledged(0);
      follower.updateBackPressure();
      expect(source.asked).toEqual(["open", "pause"]);
    });

    test("a closed follower leaves no timer of its limit", () => {
      flood(60);
      follower.close();
      expect(clock.pendingTimers).toBe(0);
    });
  });

  test("[LOG-18] whoever has no turn closes its source at once, sends what it has, and goes on at the place", async () => {
    source.lines("one");
    follower.setTurn(false);
    expect([source.asked, hub.texts(ALIAS)]).toEqual([["open", "pause", "close"], ["one"]]);
    follower.setTurn(true);
    await clock.advanceAsync(0);
    expect(source.asked.at(-1)).toBe("open");
    expect(source.reads.at(-1)?.from.kind).toBe("since");
  });

  test("[LOG-18] a turn given away while the window was full is given away all the same", async () => {
    follower.offline();
    follower.setTurn(false);
    expect(source.asked).toEqual(["open", "pause", "close"]);
  });

  test("a closed follower leaves no timer", () => {
    follower.watch(true);
    source.lines("one");
    source.lines("two");
    follower.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
