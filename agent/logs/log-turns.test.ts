import type { LogSourceState } from "@yardarm/protocol/container";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CollectingLogHub } from "../../testkit/collecting-log-hub.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import type { ContainerDetails } from "../docker/container-details.ts";
import { makeRedactor } from "../policy/redactor.ts";
import { LogManager, type LogManagerOptions } from "./log-manager.ts";
import type { LogRead, LogSource, MessageReader } from "./log-source.ts";
import { onlySource } from "./log-sources.ts";

const READ_LINES = 100;

type Stored = { readonly seconds: number; readonly nanos: number; readonly text: Buffer };

/** One log that is being read: at most 100 lines per step of the test, and none while it is paused. */
class Reading {
  isPaused = false;
  readonly #lines: readonly Stored[];
  readonly #reader: MessageReader;
  readonly #isStored: boolean;
  #next = 0;

  constructor(lines: readonly Stored[], { from, extent }: LogRead, reader: MessageReader) {
    this.#lines = lines;
    this.#reader = reader;
    this.#isStored = extent === "stored";
    const sinceNs = from.kind === "since" ? from.tsNs : 0n;
    while (this.#next < lines.length && nsOf(lines[this.#next] as Stored) < sinceNs) this.#next++;
  }

  step(): boolean {
    const end = Math.min(this.#lines.length, this.#next + READ_LINES);
    if (this.isPaused || (this.#next === end && !this.#isStored)) return false;
    if (this.#next === end) {
      this.isPaused = true;
      this.#reader.ended({ kind: "complete" });
      return true;
    }
    while (this.#next < end) {
      const { seconds, nanos, text } = this.#lines[this.#next++] as Stored;
      this.#reader.message(0, seconds, nanos, text, 0, text.length);
    }
    this.#reader.readEnd();
    return true;
  }
}

const nsOf = ({ seconds, nanos }: Stored): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** Logs in memory that keep everything, as the engine does. */
class MemorySource implements LogSource {
  readonly kind = "file";
  readonly followsRotation = true;
  readonly logs = new Map<DockerId, Stored[]>();
  readonly readings = new Map<DockerId, Reading>();
  most = 0;

  open(read: LogRead, reader: MessageReader) {
    const { dockerId } = read.container;
    const reading = new Reading(this.logs.get(dockerId) ?? [], read, reader);
    this.readings.set(dockerId, reading);
    this.most = Math.max(this.most, this.readings.size);
    return {
      pause: () => {
        reading.isPaused = true;
      },
      resume: () => {
        reading.isPaused = false;
      },
      containerStopped: () => {},
      position: () => null,
      close: () => {
        reading.isPaused = true;
        if (this.readings.get(dockerId) === reading) this.readings.delete(dockerId);
      },
    };
  }
}

describe("many logs of one host", () => {
  let clock: ManualClock;
  let source: MemorySource;
  let hub: CollectingLogHub;
  let statuses: Map<DockerId, LogSourceState>;
  let manager: LogManager;

  beforeEach(() => {
    clock = new ManualClock();
    source = new MemorySource();
    hub = new CollectingLogHub();
    statuses = new Map();
  });
  afterEach(() => manager.stop());

  const idOf = (index: number): DockerId => asId<DockerId>(String(index).padStart(64, "0"));
  const start = (containers: number, options: Partial<LogManagerOptions> = {}): void => {
    manager = new LogManager({
      sources: onlySource(source),
      describe: (dockerId) => {
        const details: Partial<ContainerDetails> = { dockerId, tty: false, logDriver: "json-file", createdAtNs: 1n };
        return { ...details, labels: {}, logOptions: {}, logPath: null } as unknown as ContainerDetails;
      },
      inspect: async () => "running",
      send: ({ containers: told }) => {
        for (const { dockerId, source: status } of told) statuses.set(dockerId, status);
        return true;
      },
      sendFrame: (frame) => {
        hub.take(frame);
        return true;
      },
      clock: {
        nowNs: () => clock.nowNs(),
        monotonicMs: () => clock.nowMs(),
        setTimer: (ms, callback) => clock.setTimer(ms, callback),
      },
      random: () => 0.5,
      rate: null,
      ...options,
    });
    manager.online(0n);
    const streams = Array.from({ length: containers }, (_, index) => ({
      dockerId: idOf(index),
      alias: index + 1,
      cursor: hub.cursor(index + 1),
    }));
    manager.take({ type: "log.assign", streams });
  };
  const write = (index: number, lines: number, bytes = 0): void => {
    const log = source.logs.get(idOf(index)) ?? [];
    source.logs.set(idOf(index), log);
    for (let line = 0; line < lines; line++) {
      const ns = clock.nowNs() + BigInt(line);
      const text = Buffer.from(`line ${log.length} ${"x".repeat(bytes)}\n`);
      log.push({ seconds: Number(ns / 1_000_000_000n), nanos: Number(ns % 1_000_000_000n), text });
    }
  };
  /** One read of every log that is open. */
  const step = async (): Promise<boolean> => {
    await clock.advanceAsync(0);
    let hasRead = false;
    for (const reading of [...source.readings.values()]) hasRead = reading.step() || hasRead;
    await clock.advanceAsync(1);
    return hasRead;
  };
  const numbersOf = (index: number): number[] => hub.texts(index + 1).map((text) => Number(text.split(" ")[1]));
  const upTo = (lines: number): number[] => Array.from({ length: lines }, (_, line) => line);
  const commit = (index: number): void => manager.take({ type: "ack", acks: [hub.commit(index + 1)] });

  test("[LOG-18] five logs and two readers: never more than two open, every line once, waiting ones say so", async () => {
    for (let index = 0; index < 5; index++) write(index, 250);
    start(5, { readers: 2 });
    await clock.advanceAsync(200);
    const waiting = [...statuses.values()].filter(({ kind }) => kind === "pending");
    expect(waiting).toHaveLength(3);
    expect(waiting[0]).toMatchObject({ reason: expect.stringContaining("Waiting for a free reader") });
    for (let round = 0; round < 12; round++) {
      for (let index = 0; index < 5; index++) write(index, 10);
      while (await step());
      await clock.advanceAsync(5_000);
      for (let index = 0; index < 5; index++) commit(index);
    }
    for (let round = 0; round < 6; round++) {
      while (await step());
      await clock.advanceAsync(5_000);
    }
    expect(source.most).toBe(2);
    for (let index = 0; index < 5; index++) expect(numbersOf(index), `container ${index}`).toEqual(upTo(370));
  });

  test("[LOG-18] a log that somebody watches is read at once, although others had their turn", async () => {
    start(3, { readers: 2 });
    write(2, 50);
    await clock.advanceAsync(200);
    manager.take({ type: "log.stream.start", alias: 3 });
    while (await step());
    await clock.advanceAsync(1_000);
    expect(numbersOf(2)).toEqual(upTo(50));
    expect(source.most).toBe(2);
  });

  test("[LOG-17] behind is told while the limit delays, and 0 when the log has been caught up with", async () => {
    start(1, { rate: { linesPerSecond: 20, burstLines: 100 } });
    write(0, 600);
    const told: number[] = [];
    for (let second = 0; second < 60; second++) {
      await step();
      await clock.advanceAsync(999);
      const status = statuses.get(idOf(0));
      if (status?.kind === "file" && told.at(-1) !== status.behindMs) told.push(status.behindMs);
    }
    expect(Math.max(...told)).toBeGreaterThanOrEqual(10_000);
    expect(told.at(-1)).toBe(0);
    expect(numbersOf(0)).toEqual(upTo(600));
  });

  test("[LOGS-10] while the hub commits nothing of a flood, a quiet log goes on line by line", async () => {
    start(2);
    manager.take({ type: "log.stream.start", alias: 1 });
    manager.take({ type: "log.stream.start", alias: 2 });
    write(0, 5_000, 4_000);
    write(1, 1);
    while (await step());
    const flooded = numbersOf(0).length;
    expect(flooded).toBeGreaterThan(500);
    expect(flooded).toBeLessThan(5_000);
    for (let line = 1; line <= 50; line++) {
      write(1, 1);
      while (await step());
      await clock.advanceAsync(250);
      commit(1);
      expect(numbersOf(1)).toHaveLength(line + 1);
    }
    expect(numbersOf(0).length).toBeLessThan(2_000);
    // The flood goes on as soon as the hub does, and nothing of it is missing.
    for (let round = 0; round < 20; round++) {
      await clock.advanceAsync(250);
      commit(0);
      while (await step());
    }
    await clock.advanceAsync(1_000);
    expect(numbersOf(0)).toEqual(upTo(5_000));
  });

  test("[POL-6] rules that changed while the agent was away lose and double no line", async () => {
    write(0, 50);
    start(1);
    while (await step());
    await clock.advanceAsync(1_000);
    commit(0);
    manager.stop();
    write(0, 50);
    start(1, { redaction: makeRedactor(["pattern:line \\d{1,3}"]) });
    for (let round = 0; round < 4; round++) {
      while (await step());
      await clock.advanceAsync(1_000);
    }
    const texts = hub.texts(1).map((text) => text.trim());
    expect(texts.slice(0, 50)).toEqual(upTo(50).map((line) => `line ${line}`));
    expect(texts.slice(50)).toEqual(upTo(50).map(() => "[redacted]"));
  });

  test("[LOGS-10] twenty floods at once leave room for a quiet log", async () => {
    for (let index = 0; index < 21; index++) write(index, 0);
    start(21);
    for (let index = 0; index < 21; index++) manager.take({ type: "log.stream.start", alias: index + 1 });
    for (let index = 0; index < 20; index++) write(index, 1_000, 4_000);
    while (await step());
    const flooded = (): number => upTo(20).reduce((sum, index) => sum + numbersOf(index).length, 0);
    const before = flooded();
    expect(before).toBeLessThan(20_000);
    for (let line = 0; line < 20; line++) {
      write(20, 1);
      while (await step());
      await clock.advanceAsync(250);
      commit(20);
      expect(numbersOf(20)).toHaveLength(line + 1);
    }
    expect(flooded()).toBe(before);
  });
});
