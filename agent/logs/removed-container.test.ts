import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import type { ContainerRun } from "./container-run.ts";
import { LineReader } from "./line-reader.ts";
import type { LogEnd, LogRead, LogSource, MessageReader } from "./log-source.ts";
import { onlySource } from "./log-sources.ts";

/** An engine whose answers the test gives, one reading after the other. */
class HandFedSource implements LogSource {
  readonly kind = "api";
  readonly followsRotation = false;
  readonly reads: LogRead[] = [];
  #reader: MessageReader | null = null;

  open(read: LogRead, reader: MessageReader) {
    this.reads.push(read);
    this.#reader = reader;
    return { pause: () => {}, resume: () => {}, containerStopped: () => {}, position: () => null, close: () => {} };
  }

  put(text: string): void {
    const payload = Buffer.from(text);
    this.#reader?.message(0, 1_780_000_000, text.length, payload, 0, payload.length);
    this.#reader?.readEnd();
  }

  end(end: LogEnd): void {
    this.#reader?.ended(end);
  }
}

let clock: ManualClock;
let source: HandFedSource;
let run: ContainerRun;
let told: string[];

beforeEach(async () => {
  clock = new ManualClock();
  source = new HandFedSource();
  run = "running";
  told = [];
  const reader = new LineReader({
    sources: onlySource(source),
    container: {
      dockerId: "a".repeat(64) as LogRead["container"]["dockerId"],
      tty: false,
      logDriver: "json-file",
      logOptions: {},
      logPath: null,
    },
    createdAtNs: clock.nowNs(),
    enrolledAtNs: 0n,
    taker: {
      line: (_flags, _seconds, _nanos, text, from, to) => told.push(Buffer.from(text.subarray(from, to)).toString()),
      loss: ({ reason }) => told.push(`(${reason})`),
      readEnd: () => {},
      report: ({ kind }) => void (kind === "reading" || told.push(kind)),
    },
    inspect: async () => run,
    acquireSlot: async () => () => {},
    clock: {
      nowNs: () => clock.nowNs(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (ms, callback) => clock.setTimer(ms, callback),
    },
    random: () => 0.5,
  });
  reader.start(null);
  await clock.advanceAsync(0);
});

test("[LOGS-01] a container that is removed as soon as it has ended leaves its last words, also without a line feed", async () => {
  source.put("first\n");
  source.put("last words");
  run = "gone";
  source.end({ kind: "complete" });
  await clock.advanceAsync(0);
  expect(told).toEqual(["first", "last words", "gone"]);
});

test("[LOGS-01] one that is removed while its end is looked at again has lost nothing", async () => {
  source.put("first\n");
  run = "stopped";
  source.end({ kind: "complete" });
  await clock.advanceAsync(0);
  expect(source.reads).toHaveLength(2);
  source.end({ kind: "gone" });
  expect(told).toEqual(["first", "gone"]);
});

test("[LOGS-09] of last words that were to be read once more, the loss is declared", async () => {
  source.put("first\n");
  source.put("last words");
  run = "stopped";
  source.end({ kind: "complete" });
  await clock.advanceAsync(0);
  source.end({ kind: "gone" });
  expect(told).toEqual(["first", "(source_error)", "gone"]);
});

test("[LOGS-09] one that is removed while its log cannot be read: what may have come is declared as lost", async () => {
  source.put("first\n");
  source.end({ kind: "broken", error: new Error("reset") as never });
  await clock.advanceAsync(1_000);
  expect(source.reads).toHaveLength(2);
  source.end({ kind: "gone" });
  expect(told).toEqual(["first", "(source_error)", "gone"]);
});
