import { beforeEach, describe, expect, test } from "vitest";
import { LoneLogReader, reasonOf } from "../../../testkit/lone-log-reader.ts";
import { ManualClock } from "../../../testkit/manual-clock.ts";
import type { LogRead, LogSource, MessageReader } from "../log-source.ts";

const LINE_EVERY_MS = 0.02;

/** An engine that stores what is written; what its follows give of that is the test's doing. */
class SkippingSource implements LogSource {
  readonly kind = "api";
  readonly followsRotation = false;
  readonly reads: LogRead[] = [];
  readonly #stored: number[] = [];
  #follow: MessageReader | null = null;
  #writtenAtMs = 0;
  readonly #beganMs: number;

  constructor(beganMs: number) {
    this.#beganMs = beganMs;
  }

  open(read: LogRead, reader: MessageReader) {
    this.reads.push(read);
    const { from } = read;
    const all = this.#stored.length;
    let first = 0;
    if (from.kind === "tail") first = Math.max(0, all - from.messages);
    if (from.kind === "since") {
      first = this.#stored.findIndex((ms) => this.#ns(ms) >= from.tsNs);
      if (first === -1) first = all;
    }
    let isOpen = true;
    // Nothing is delivered before this has returned.
    queueMicrotask(() => {
      for (let index = first; isOpen && index < all; index++) this.#deliver(reader, index);
      if (!isOpen) return;
      reader.readEnd();
      if (read.extent === "follow") this.#follow = reader;
      else if (isOpen) reader.ended({ kind: "complete" });
    });
    const close = (): void => {
      isOpen = false;
      if (this.#follow === reader) this.#follow = null;
    };
    return { pause: () => {}, resume: () => {}, containerStopped: () => {}, position: () => null, close };
  }

  /** So many lines; `isSkipped`: the follow leaves them out. */
  write(lines: number, { everyMs = LINE_EVERY_MS, isSkipped = false } = {}): void {
    for (let line = 0; line < lines; line++) {
      this.#writtenAtMs += everyMs;
      this.#stored.push(this.#writtenAtMs);
      if (!isSkipped && this.#follow !== null) this.#deliver(this.#follow, this.#stored.length - 1);
    }
    if (!isSkipped) this.#follow?.readEnd();
  }

  /** The engine's own rotation: only so many lines are left. */
  keep(lines: number): void {
    this.#stored.splice(0, this.#stored.length - lines);
  }

  get verifications(): number {
    return this.reads.filter(
      ({ extent, from }) =>
        extent === "stored" && (from.kind === "since" || (from.kind === "tail" && from.messages > 1)),
    ).length;
  }

  #ns(ms: number): bigint {
    return BigInt(this.#beganMs) * 1_000_000n + BigInt(Math.round(ms * 1e6));
  }

  #deliver(reader: MessageReader, index: number): void {
    const ms = this.#stored[index] as number;
    const ns = this.#ns(ms);
    const number = Math.round(ms * 1e6);
    const text = Buffer.from(`${number}\n`);
    reader.message(0, Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n), text, 0, text.length);
  }
}

let source: SkippingSource;
let log: LoneLogReader;

beforeEach(async () => {
  const clock = new ManualClock();
  source = new SkippingSource(clock.nowMs());
  // About 1,200 lines.
  log = new LoneLogReader({ source, tellLoss: reasonOf, logOptions: { "max-size": "100k" }, clock });
  await log.start();
});

/** Every line that was written, in order. */
const numbers = (lines: number, everyMs = LINE_EVERY_MS): string[] =>
  Array.from({ length: lines }, (_, index) => String(Math.round((index + 1) * everyMs * 1e6)));

test("[LOGS-09] a file that a follow left out without a sign is taken from what is stored, before the line behind it", async () => {
  source.write(2_000);
  source.write(1_300, { isSkipped: true });
  source.write(50);
  await log.clock.advanceAsync(0);
  expect(log.told).toEqual(numbers(3_350));
  expect(source.verifications).toBeGreaterThan(0);
});

test("[LOGS-09] of a file that was left out, and that the engine no longer has, the loss is declared", async () => {
  source.write(2_000);
  source.write(20_000, { isSkipped: true });
  source.keep(500);
  source.write(50);
  await log.clock.advanceAsync(0);
  const all = numbers(22_050);
  expect(log.told).toEqual([...all.slice(0, 2_000), "(rotated)", ...all.slice(21_500)]);
});

test("[LOGS-09] a tail that a follow left out comes although nothing is written behind it", async () => {
  source.write(2_000);
  source.write(700, { isSkipped: true });
  await log.clock.advanceAsync(1_000);
  expect(log.told).toEqual(numbers(2_700));
});

test("[LOGS-09] a follow that missed the rotation while it began is found out by its silence", async () => {
  source.write(1, { isSkipped: true });
  await log.clock.advanceAsync(1_000);
  expect(log.told).toEqual(numbers(1));
});

test("[LOGS-09] a quiet log is followed and asked about once, not verified", async () => {
  for (let line = 0; line < 100; line++) {
    source.write(1, { everyMs: 1_000 });
    await log.clock.advanceAsync(1_000);
  }
  expect(log.told).toEqual(numbers(100, 1_000));
  expect(source.verifications).toBe(0);
  expect(source.reads.length).toBeLessThanOrEqual(3);
});

test("[LOGS-09] bursts with rests long enough to hide a file are verified once each at most, and nothing is doubled", async () => {
  for (let burst = 0; burst < 100; burst++) {
    source.write(1, { everyMs: 20 });
    source.write(99);
    await log.clock.advanceAsync(20);
  }
  expect(log.told.length).toBe(10_000);
  expect(new Set(log.told).size).toBe(10_000);
  expect(log.told).toEqual(log.told.toSorted((left, right) => Number(left) - Number(right)));
  expect(source.verifications).toBeLessThanOrEqual(100);
});

describe("[LOGS-09] a log whose beginning", () => {
  const lateReader = async (logOptions: Readonly<Record<string, string>>): Promise<LoneLogReader> => {
    log.reader.close();
    const late = new LoneLogReader({ source, tellLoss: reasonOf, logOptions });
    await late.start();
    return late;
  };
  const twoFiles = { "max-size": "100k", "max-file": "2" };

  test("was rotated away before it was read for the first time begins with a loss", async () => {
    source.write(3_000);
    source.keep(1_000);
    expect((await lateReader(twoFiles)).told).toEqual(["(rotated)", ...numbers(3_000).slice(-1_000)]);
  });

  test("must still be there, so little is stored, begins without one", async () => {
    source.write(300);
    expect((await lateReader(twoFiles)).told).toEqual(numbers(300));
  });

  test("may have been rotated away, where the engine keeps one file and this one was written fast enough", async () => {
    source.write(3_000);
    source.keep(500);
    expect((await lateReader({ "max-size": "100k" })).told).toEqual(["(rotated)", ...numbers(3_000).slice(-500)]);
  });

  test("must be there, because no file can have been written before it", async () => {
    source.write(500);
    expect((await lateReader({ "max-size": "100k" })).told).toEqual(numbers(500));
  });

  test("was there, and is not any more when everything is read again, begins with a loss then", async () => {
    source.write(300);
    source.keep(100);
    log.told.length = 0;
    await log.start();
    expect(log.told).toEqual(["(rotated)", ...numbers(300).slice(-100)]);
  });
});
