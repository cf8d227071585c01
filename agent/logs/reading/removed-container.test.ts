import { beforeEach, expect, test } from "vitest";
import { LoneLogReader, reasonOf } from "../../../testkit/lone-log-reader.ts";
import type { LogEnd, LogRead, LogSource, MessageReader } from "../log-source.ts";

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

let source: HandFedSource;
let log: LoneLogReader;

beforeEach(async () => {
  source = new HandFedSource();
  log = new LoneLogReader({ source, tellLoss: reasonOf });
  await log.start();
});

test("[LOGS-01] a container that is removed as soon as it has ended leaves its last words, also without a line feed", async () => {
  source.put("first\n");
  source.put("last words");
  log.run = "gone";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  expect(log.told).toEqual(["first", "last words", "gone"]);
});

test("[LOGS-01] one that is removed while its end is looked at again has lost nothing", async () => {
  source.put("first\n");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  expect(source.reads).toHaveLength(2);
  source.end({ kind: "gone" });
  expect(log.told).toEqual(["first", "gone"]);
});

test("[LOGS-09] of last words that were to be read once more, the loss is declared", async () => {
  source.put("first\n");
  source.put("last words");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  source.end({ kind: "gone" });
  expect(log.told).toEqual(["first", "(source_error)", "gone"]);
});

test("[LOGS-09] one that is removed while its log cannot be read: what may have come is declared as lost", async () => {
  source.put("first\n");
  source.end({ kind: "broken", error: new Error("reset") as never });
  await log.clock.advanceAsync(1_000);
  expect(source.reads).toHaveLength(2);
  source.end({ kind: "gone" });
  expect(log.told).toEqual(["first", "(source_error)", "gone"]);
});

test("[LOG-23] the cursor of a log that was read to the end of its container says so", async () => {
  source.put("first\n");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  expect(log.reader.cursor(1).ended).toBeUndefined();
  source.end({ kind: "gone" });
  expect(log.told).toEqual(["first", "gone"]);
  expect(log.reader.cursor(1).ended).toBe(true);
});

test("[LOGS-09] one that was started again while its end was looked at may have said more", async () => {
  source.put("first\n");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  log.reader.containerStarted();
  source.end({ kind: "gone" });
  expect(log.told).toEqual(["first", "(source_error)", "gone"]);
});

test("[LOGS-09] an engine that dies while the end is looked at has not said that it is the end", async () => {
  source.put("first\n");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  source.put("first\n");
  log.run = null;
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(1_000);
  source.put("first\n");
  source.put("second\n");
  log.run = "stopped";
  source.end({ kind: "complete" });
  await log.clock.advanceAsync(0);
  expect(log.told).toEqual(["first", "second", "stopped"]);
});
