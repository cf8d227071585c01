import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgentLogBench, AgentLogBenchOptions } from "../../../testkit/agent-log-bench.ts";
import { FileLogBench, numberedLines as numbers } from "../../../testkit/file-log-bench.ts";
import { fuzzSeeds } from "../../../testkit/fuzz-seeds.ts";
import type { JsonFileLog } from "../../../testkit/json-file-log.ts";
import { createRandom } from "../../../testkit/random.ts";

describe("a json-file log, read and numbered", () => {
  let files: FileLogBench;
  let log: JsonFileLog;
  let bench: AgentLogBench;

  beforeEach(async () => {
    files = await FileLogBench.create();
    log = files.log;
    // A container's first line comes a while after its log; one that came at once would have made the engine rotate.
    await delay(15);
  });
  afterEach(() => files[Symbol.asyncDispose]());

  const container = (maxFiles: number) => files.container(maxFiles);
  const start = (options: Partial<AgentLogBenchOptions> = {}): void => {
    files.start(options);
    bench = files.agent;
  };
  const write = (from: number, to: number): void => files.write(from, to);

  test.each([1, 2, 4])("[LOGS-09] rotations with max-file=%i are followed, each line once", async (maxFiles) => {
    start();
    for (let round = 0; round < 20; round++) {
      write(round * 100 + 1, round * 100 + 100);
      if (round % 3 === 2) await bench.waitForLines(round * 100 + 100);
      log.rotate({ maxFiles });
      // Longer than a tick of the file system's clock, by which a rotation is told from the next.
      await delay(12);
      await bench.waitForLines(round * 100 + 100);
    }
    expect(bench.texts).toEqual(numbers(1, 2_000));
  });

  test("what was rotated and compressed while the agent was away is read, without a line that it had", async () => {
    write(1, 100);
    start();
    await bench.waitForLines(100);
    files.commit(100);
    bench.killAgent();
    write(101, 200);
    log.rotate({ isCompressed: true, maxFiles: 4 });
    write(201, 300);
    log.rotate({ isCompressed: true, maxFiles: 4 });
    write(301, 400);
    bench.startAgent();
    await bench.waitForLines(400);
    expect(bench.texts).toEqual(numbers(1, 400));
  });

  test("a file that is compressed while it is followed is neither read again nor missed", async () => {
    start();
    for (let round = 0; round < 8; round++) {
      write(round * 50 + 1, round * 50 + 50);
      log.rotate({ isCompressed: true, maxFiles: 3 });
      await bench.waitForLines(round * 50 + 50);
    }
    expect(bench.texts).toEqual(numbers(1, 400));
  });

  test("[LOGS-09] what was rotated away while the agent was gone is one loss record with its span", async () => {
    start();
    write(1, 100);
    await bench.waitForLines(100);
    files.commit(100);
    bench.killAgent();
    for (let round = 1; round <= 5; round++) {
      write(round * 100 + 1, round * 100 + 100);
      log.rotate({ maxFiles: 2 });
    }
    bench.startAgent();
    await bench.waitForLines(201);
    expect(bench.texts).toEqual([...numbers(1, 100), "(rotated)", ...numbers(501, 600)]);
    const lines = bench.lines;
    // stdout and stderr may overtake each other that far; the second line behind the loss is newer than all that is missing.
    expect(lines[100]?.loss?.fromTsNs).toBe(String((lines[99]?.tsNs ?? 0n) - 250_000_000n));
    expect(lines[100]?.loss?.toTsNs).toBe(String(lines[102]?.tsNs));
  });

  test("[LOGS-09] a log that had rotated before it was read for the first time begins with a loss", async () => {
    for (let round = 0; round < 4; round++) {
      write(round * 100 + 1, round * 100 + 100);
      log.rotate({ maxFiles: 2 });
    }
    write(401, 500);
    start({ container: container(2) });
    await bench.waitForLines(201);
    expect(bench.texts).toEqual(["(rotated)", ...numbers(301, 500)]);
    expect(bench.lines[0]?.loss?.fromTsNs).toBe("1");
  });

  test("a log that has rotated, but has lost nothing yet, begins with its first line", async () => {
    write(1, 100);
    log.rotate({ maxFiles: 2 });
    write(101, 200);
    start({ container: container(2) });
    await bench.waitForLines(200);
    expect(bench.texts).toEqual(numbers(1, 200));
  });

  test("a file that is cut under the reader is a loss, and goes on from its new beginning", async () => {
    start();
    write(1, 100);
    await bench.waitForLines(100);
    truncateSync(log.path, 0);
    write(101, 103);
    await bench.waitForLines(104);
    expect(bench.texts).toEqual([...numbers(1, 100), "(truncated_source)", ...numbers(101, 103)]);
  });

  test("a file that was cut and has grown beyond where the reader stood is noticed all the same", async () => {
    start();
    write(1, 3);
    await bench.waitForLines(3);
    files.commit(3);
    bench.cutConnection();
    writeFileSync(log.path, "");
    log.write("stdout", `${"long ".repeat(40)}\n`);
    write(4, 8);
    bench.connect();
    await bench.waitForLines(10);
    expect(bench.texts.filter((text) => !text.startsWith("line"))).toEqual([
      expect.stringMatching(/^\((rotated|truncated_source)\)$/),
      "long ".repeat(40),
    ]);
    expect(bench.texts.slice(-5)).toEqual(numbers(4, 8));
  });

  test("damage costs one counted loss, nothing else", async () => {
    start();
    write(1, 2);
    log.writeRaw("no JSON at all\n");
    log.writeRaw('{"log":"half');
    write(3, 4);
    log.writeRaw(Buffer.alloc(700_000));
    write(5, 6);
    log.writeRaw(`${"j".repeat(10_000_000)}\n`);
    write(7, 8);
    await bench.waitForLines(11);
    expect(bench.texts).toEqual([
      ...numbers(1, 2),
      "(source_error)",
      ...numbers(3, 4),
      "(truncated_source)",
      ...numbers(5, 6),
      "(source_error)",
      ...numbers(7, 8),
    ]);
    expect(bench.lines[2]?.loss?.lines).toBe(2);
    expect(bench.lines[8]?.loss?.lines).toBe(1);
  });

  test("an entry that is half written is waited for", async () => {
    start();
    const entry = '{"log":"two halves\\n","stream":"stdout","time":"2026-01-02T03:04:05Z"}\n';
    write(1, 1);
    await bench.waitForLines(1);
    log.writeRaw(entry.slice(0, 12));
    await delay(5);
    log.writeRaw(entry.slice(12, 30));
    await delay(5);
    log.writeRaw(entry.slice(30));
    await bench.waitForLines(2);
    expect(bench.texts).toEqual(["line 1", "two halves"]);
  });

  test("a line of 10 MB is cut at the limit and keeps its length; the lines around it are whole", async () => {
    start();
    write(1, 1);
    log.write("stdout", `${"m".repeat(10_000_000)}\n`);
    write(2, 2);
    await bench.waitForLines(3);
    expect(bench.texts.map((text) => text.length)).toEqual([6, 256 * 1024, 6]);
  });

  test("the container stops: its last words come, also without a line feed; it starts again and goes on", async () => {
    start();
    write(1, 3);
    log.write("stdout", "last words");
    await bench.waitForLines(3);
    files.isRunning = false;
    bench.containerStopped();
    await bench.waitForLines(4);
    files.isRunning = true;
    bench.containerStarted();
    write(4, 5);
    await bench.waitForLines(6);
    expect(bench.texts).toEqual([...numbers(1, 3), "last words", ...numbers(4, 5)]);
  });

  test("files that vanish under the reader lose nothing that was there; a container that is gone ends", async () => {
    start();
    write(1, 1_000);
    await bench.waitForLines(1_000);
    write(1_001, 1_200);
    rmSync(log.directory, { recursive: true });
    files.isRunning = false;
    bench.containerStopped();
    await bench.waitForLines(1_200);
    expect(bench.texts).toEqual(numbers(1, 1_200));
  });

  test("a hint that lies costs nothing: another file, another place, beyond the end, in the middle of a line", async () => {
    write(1, 3_000);
    start();
    await bench.waitForLines(3_000);
    files.commit(3_000);
    const honest = bench.hub.cursor(7)?.hint;
    expect(honest?.kind).toBe("file");
    const inode = honest?.inode ?? 0;
    let written = 3_000;
    for (const hint of [
      { inode: inode + 1, offset: 5 },
      { inode, offset: 0 },
      { inode, offset: 17 },
      { inode, offset: 10 ** 9 },
      { inode, offset: (honest?.offset ?? 0) - 3 },
      { inode, offset: Math.floor((honest?.offset ?? 0) / 2) },
    ]) {
      bench.killAgent();
      bench.hub.changeCursor(7, (cursor) => ({ ...cursor, hint: { kind: "file", ...hint } }));
      write(written + 1, written + 50);
      written += 50;
      bench.startAgent();
      await bench.waitForLines(written);
      files.commit(written);
      expect(bench.texts).toEqual(numbers(1, written));
    }
  });

  test("identical lines of one stamp are told apart, with a hint into their midst", async () => {
    const same = (count: number) => log.write("stdout", "same\n".repeat(count), 1_767_323_045_000_000_000n);
    same(9_000);
    start();
    await bench.waitForLines(9_000);
    files.commit(9_000);
    bench.killAgent();
    same(1_000);
    bench.startAgent();
    await bench.waitForLines(10_000);
    files.commit(10_000);
    expect(bench.count).toBe(10_000);
  });

  test.each(fuzzSeeds([1, 2, 3, 4, 5, 6]))(
    "[LOGS-09] random rotations, cuts, kills and restarts lose and double nothing (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const isCompressed = random.chance(0.3);
      start({ isWatched: random.chance(0.7) });
      let written = 0;
      for (let step = 0; step < 60; step++) {
        const count = random.int(0, 400);
        if (count > 0) write(written + 1, written + count);
        written += count;
        const move = random.int(0, 6);
        if (move === 0) {
          bench.cutConnection();
          if (random.chance(0.5)) await delay(random.int(0, 10));
          bench.connect();
        } else if (move === 1) {
          bench.killAgent();
          bench.startAgent();
        } else if (move === 2) {
          files.isRunning = false;
          bench.containerStopped();
          await delay(random.int(0, 5));
          files.isRunning = true;
          bench.containerStarted();
        } else if (move === 3) bench.rewind();
        else if (move === 4) log.rotate({ maxFiles: 64, isCompressed });
        await delay(random.int(0, 6));
      }
      await bench.drawLines(written);
      await delay(20);
      bench.check();
      expect(bench.texts).toEqual(numbers(1, written));
    },
  );
});
