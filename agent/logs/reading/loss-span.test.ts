import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { beforeEach, describe, expect, test } from "vitest";
import { LoneLogReader } from "../../../testkit/lone-log-reader.ts";
import { ManualClock } from "../../../testkit/manual-clock.ts";
import { LineTail } from "./line-tail.ts";
import type { LogRead, LogSource, MessageReader } from "../log-source.ts";
import type { Loss } from "./pending-loss.ts";

const MS = 1_000_000n;
/** Stamps are told as milliseconds after this one. */
const BEGAN_NS = 1_780_000_000_000n * MS;
/** The span begins so much before the line that was taken last. */
const OVERTAKEN_MS = 250;

/** A log that the test feeds by hand. */
class HandFedSource implements LogSource {
  readonly kind = "file";
  /** False: a source that is asked for lines since a stamp, as the engine's API is. */
  followsRotation = true;
  reader: MessageReader | null = null;
  plans: LogRead["extent"][] = [];
  from: LogRead["from"]["kind"] | null = null;

  open({ extent, from }: LogRead, reader: MessageReader) {
    this.plans.push(extent);
    this.from = from.kind;
    this.reader = reader;
    const close = (): void => {
      if (this.reader === reader) this.reader = null;
    };
    return { pause: () => {}, resume: () => {}, containerStopped: () => {}, position: () => null, close };
  }

  put(stream: 0 | 1, atMs: number, text: string): void {
    const ns = BEGAN_NS + BigInt(atMs) * MS;
    const payload = Buffer.from(text);
    this.reader?.message(stream, Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n), payload, 0, payload.length);
  }
}

type Told = string | { readonly fromMs: number; readonly toMs: number };

let source: HandFedSource;
let log: LoneLogReader<Told>;

const spanOf = ({ fromNs, toNs }: Loss): Told => {
  return { fromMs: Number((fromNs - BEGAN_NS) / MS), toMs: Number((toNs - BEGAN_NS) / MS) };
};

const start = (cursor: LogCursor | null): Promise<void> => log.start(cursor);

beforeEach(() => {
  const clock = new ManualClock();
  clock.step(Number(BEGAN_NS / MS) + 60_000 - clock.nowMs());
  source = new HandFedSource();
  log = new LoneLogReader({
    ...{ source, clock, tellLoss: spanOf, createdAtNs: BEGAN_NS },
    logOptions: { "max-size": "1m" },
  });
});

/** A cursor behind one line, while another line was open. */
const cursorAt = (atMs: number, text: string, openSinceMs: number): LogCursor => {
  const ns = BEGAN_NS + BigInt(atMs) * MS;
  const place = new LineTail();
  place.take(Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n), Buffer.from(text), 0, text.length);
  return {
    nextSeq: 1,
    tsNs: String(ns),
    ordinal: place.ordinal,
    tail: place.toCursorLines(),
    openLineSinceNs: String(BEGAN_NS + BigInt(openSinceMs) * MS),
  };
};

test("[LOGS-09] behind rotated files a long line's rest comes first: the loss covers what the other stream wrote meanwhile", async () => {
  await start(null);
  source.put(0, 1_000, "taken\n");
  source.reader?.missing("rotated", null);
  // Its head, of the same stamp, is gone, and with it what stderr said from 2,000 to 3,900 ms.
  source.put(0, 2_000, "rest of a long line\n");
  source.put(1, 4_000, "on stderr\n");
  source.put(0, 4_001, "on stdout\n");
  expect(log.told).toEqual([
    "taken",
    { fromMs: 1_000 - OVERTAKEN_MS, toMs: 4_000 },
    "rest of a long line",
    "on stderr",
    "on stdout",
  ]);
});

test("[LOGS-09] a line whose end is in what is missing ends there, in front of the loss", async () => {
  await start(null);
  source.put(0, 1_000, "head of a long line");
  source.put(1, 1_600, "on stderr\n");
  source.reader?.missing("rotated", null);
  source.put(0, 5_000, "next\n");
  source.put(0, 5_010, "and the one after\n");
  expect(log.told).toEqual([
    "on stderr",
    "head of a long line",
    { fromMs: 1_000 - OVERTAKEN_MS, toMs: 5_010 },
    "next",
    "and the one after",
  ]);
});

test("[LOGS-09] a line that is damaged does not end one that is open; the loss may be of either", async () => {
  await start(null);
  source.put(0, 1_000, "head, ");
  source.put(1, 1_600, "on stderr\n");
  source.reader?.missing("source_error", 1);
  source.put(0, 1_000, "end\n");
  source.put(1, 1_620, "later\n");
  expect(log.told).toEqual(["on stderr", { fromMs: 1_000, toMs: 1_620 }, "head, end", "later"]);
});

test("[LOGS-09] a follow does not wait for a second line: what is missing was written before now", async () => {
  await start(null);
  source.put(0, 1_000, "taken\n");
  source.reader?.missing("rotated", null);
  source.put(0, 5_000, "the only one\n");
  source.reader?.readEnd();
  expect(log.told).toEqual(["taken", { fromMs: 750, toMs: 60_000 }, "the only one"]);
});

test("[LOGS-09] a place that is gone takes the line with it that was open there", async () => {
  await start(cursorAt(3_000, "on stderr", 1_000));
  // What is stored holds neither; the reader searches until it is sure.
  for (let round = 0; round < 20; round++) {
    if (source.reader === null) await log.clock.advanceAsync(20_000);
    const isStored = source.plans.at(-1) === "stored";
    source.put(0, 8_000, "oldest that is left\n");
    source.put(0, 8_001, "and the next\n");
    if (isStored) source.reader?.ended({ kind: "complete" });
    await log.clock.advanceAsync(0);
    if (log.told.length > 0) break;
  }
  expect(log.told).toEqual([{ fromMs: 1_000, toMs: 8_001 }, "oldest that is left", "and the next"]);
});

test("[LOGS-09] where the head of a line that was open at the place is gone, its rest comes behind a loss", async () => {
  await start(cursorAt(3_000, "on stderr", 2_500));
  source.put(1, 3_000, "on stderr\n");
  source.put(0, 2_500, "rest of a long line\n");
  source.put(0, 3_100, "next\n");
  expect(log.told).toEqual([{ fromMs: 2_500, toMs: 3_100 }, "rest of a long line", "next"]);
});

test("[LOGS-09] where it is there, the line is whole and nothing is lost", async () => {
  await start(cursorAt(3_000, "on stderr", 2_500));
  source.put(0, 2_400, "older\n");
  source.put(0, 2_500, "a long ");
  source.put(1, 3_000, "on stderr\n");
  source.put(0, 2_500, "line\n");
  expect(log.told).toEqual(["a long line"]);
});

describe("[LOGS-09] an engine that is asked since a stamp gives nothing older, so that nothing shows whether the head of an open line is there", () => {
  beforeEach(async () => {
    source.followsRotation = false;
    await start(cursorAt(3_000, "on stderr", 2_500));
    expect(source.from).toBe("since");
    source.put(1, 3_000, "on stderr\n");
    await log.clock.advanceAsync(0);
  });

  test("it is asked for everything: older lines are there, and so is the head", async () => {
    expect(source.from).toBe("beginning");
    source.put(0, 400, "long ago\n");
    source.put(0, 2_500, "a long ");
    source.put(1, 3_000, "on stderr\n");
    source.put(0, 2_500, "line\n");
    expect(log.told).toEqual(["a long line"]);
  });

  test("it is asked for everything: the log begins behind the head, and its rest comes behind a loss", async () => {
    expect(source.from).toBe("beginning");
    source.put(1, 3_000, "on stderr\n");
    source.put(0, 2_500, "rest of a long line\n");
    source.put(0, 3_100, "next\n");
    expect(log.told).toEqual([{ fromMs: 2_500, toMs: 3_100 }, "rest of a long line", "next"]);
  });
});
