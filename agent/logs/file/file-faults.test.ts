import { appendFileSync, chmodSync, chownSync, closeSync, openSync, rmSync, writeSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileLogBench, numberedLines as numbers } from "../../../testkit/file-log-bench.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import type { LogRead, LogSource, MessageReader } from "../log-source.ts";
import { HostLogSources } from "../log-sources.ts";

const BEGAN_NS = 1_780_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** What an engine's API gives of a log that never rotates: everything that was written, and then what comes. */
class StoredApi implements LogSource {
  readonly kind = "api";
  readonly followsRotation = false;
  readonly #stored: { readonly tsNs: bigint; readonly payload: Buffer }[] = [];
  #follow: MessageReader | null = null;

  write(text: string, tsNs: bigint): void {
    const message = { tsNs, payload: Buffer.from(`${text}\n`) };
    this.#stored.push(message);
    if (this.#follow !== null) this.#deliver(this.#follow, [message]);
  }

  open({ from, extent }: LogRead, reader: MessageReader) {
    let isOpen = true;
    queueMicrotask(() => {
      if (!isOpen) return;
      const since = from.kind === "since" ? from.tsNs : 0n;
      const all = from.kind === "tail" ? this.#stored.slice(-from.messages) : this.#stored;
      if (extent === "follow") this.#follow = reader;
      this.#deliver(
        reader,
        all.filter(({ tsNs }) => tsNs >= since),
      );
      if (extent === "stored" && isOpen) reader.ended({ kind: "complete" });
    });
    const close = (): void => {
      isOpen = false;
      if (this.#follow === reader) this.#follow = null;
    };
    return { pause: () => {}, resume: () => {}, containerStopped: () => {}, position: () => null, close };
  }

  #deliver(reader: MessageReader, messages: readonly { readonly tsNs: bigint; readonly payload: Buffer }[]): void {
    for (const { tsNs, payload } of messages) {
      reader.message(0, Number(tsNs / SECOND_NS), Number(tsNs % SECOND_NS), payload, 0, payload.length);
    }
    reader.readEnd();
  }
}

let files: FileLogBench;
beforeEach(async () => {
  files = await FileLogBench.create();
});
afterEach(() => files[Symbol.asyncDispose]());

describe("the engine dies under the reader", () => {
  test("[LOGS-09] its container lives on: every line comes, before and after the engine is back", async () => {
    files.start();
    files.write(1, 100);
    await files.agent.waitForLines(100);
    files.isRunning = null;
    files.write(101, 200);
    await files.agent.waitForLines(200);
    // Without an engine that answers, the agent begins anew as well.
    files.agent.killAgent();
    files.write(201, 300);
    files.agent.startAgent();
    await files.agent.waitForLines(300);
    files.isRunning = true;
    files.log.rotate({ maxFiles: 64 });
    files.write(301, 400);
    await files.agent.waitForLines(400);
    expect(files.agent.texts).toEqual(numbers(1, 400));
  });

  test("[LOGS-09] its container dies with it: the last words come once the engine says so, and the next start goes on", async () => {
    files.start();
    files.write(1, 10);
    await files.agent.waitForLines(10);
    files.isRunning = null;
    files.write(11, 20);
    files.log.write("stdout", "cut off in the mid");
    await files.agent.waitForLines(20);
    files.isRunning = false;
    files.agent.containerStopped();
    await files.agent.waitForLines(21);
    files.isRunning = true;
    files.agent.containerStarted();
    files.write(21, 30);
    await files.agent.waitForLines(31);
    expect(files.agent.texts).toEqual([...numbers(1, 20), "cut off in the mid", ...numbers(21, 30)]);
  });
});

describe("files that may not be read any more", () => {
  let api: StoredApi;
  let written = 0;
  /** To the file, as the engine does, and to what the engine's API would give of it. */
  const write = (to: number): void => {
    for (written++; written <= to; written++) {
      const tsNs = BEGAN_NS + BigInt(written) * 1_000_000n;
      files.log.write("stdout", `line ${written}\n`, tsNs);
      api.write(`line ${written}`, tsNs);
    }
    written = to;
  };
  const isRoot = process.getuid?.() === 0;
  /** Root may read whatever its mode says; but the agent reads only what belongs to the engine's user. */
  const forbid = (): void => (isRoot ? chownSync(files.log.path, 1, 1) : chmodSync(files.log.path, 0));
  const allow = (): void => (isRoot ? chownSync(files.log.path, 0, 0) : chmodSync(files.log.path, 0o600));
  const sourceNow = () => files.agent.statuses.at(-1);

  beforeEach(() => {
    api = new StoredApi();
    written = 0;
    files.start({ sources: new HostLogSources({ file: files.source, api, prefer: "auto" }) });
  });

  test("[LOGS-09] [LOGS-14] the next file is another's: the engine is asked, why is said, and back again; nothing is lost or doubled", async () => {
    for (let round = 0; round < 3; round++) {
      write(round * 300 + 100);
      await files.agent.waitForLines(round * 300 + 100);
      await waitUntil("the file to be read", () => sourceNow()?.kind === "file");
      // In one step for the reader: it meets a new file, and may not open it.
      files.log.rotate({ maxFiles: 64 });
      forbid();
      write(round * 300 + 200);
      await files.agent.waitForLines(round * 300 + 200);
      const reason = expect.stringMatching(/somebody other than the engine|lacks the permission/);
      await waitUntil("the engine to be asked", () => sourceNow()?.kind === "api");
      expect(sourceNow()).toMatchObject({ kind: "api", reason });
      allow();
      // The choice is made before every reading; a new connection begins one.
      files.agent.rewind();
      write(round * 300 + 300);
      await files.agent.waitForLines(round * 300 + 300);
    }
    expect(files.agent.texts).toEqual(numbers(1, 900));
  });

  test("[LOGS-14] a container that is followed before it has a file: once it is started, its file is read", async () => {
    forbid();
    files.agent.rewind();
    await waitUntil("the engine to be asked", () => sourceNow()?.kind === "api");
    allow();
    files.agent.containerStarted();
    await waitUntil("the file to be read", () => sourceNow()?.kind === "file");
    write(100);
    await files.agent.waitForLines(100);
    expect(files.agent.texts).toEqual(numbers(1, 100));
  });

  test("[LOGS-09] the file that is being read is read on: it is open", async () => {
    write(100);
    await files.agent.waitForLines(100);
    forbid();
    write(200);
    await files.agent.waitForLines(200);
    expect(new Set(files.agent.statuses.map(({ kind }) => kind))).not.toContain("api");
    expect(files.agent.texts).toEqual(numbers(1, 200));
  });
});

describe("the machine's clock is set", () => {
  const MINUTE = 60n * SECOND_NS;
  const DAY = 24n * 60n * MINUTE;

  test.each([
    ["back by ten minutes", [0n, -10n * MINUTE]],
    ["back by a second and a half", [0n, (-3n * SECOND_NS) / 2n]],
    ["ahead by a day", [0n, DAY]],
    ["ahead by a day and back again", [0n, DAY, 0n]],
    ["back by a day and ahead again", [0n, -DAY, 0n]],
    ["back, and back, and back", [0n, -MINUTE, -DAY, -2n * DAY]],
  ] as const)(
    "[LOGS-09] %s: no line is lost, doubled or reordered, wherever the agent dies and however the log rotates",
    async (_, steps) => {
      const perStep = 120;
      for (const isRotating of [false, true]) {
        for (const keepsHint of [true, false]) {
          await using bench = await FileLogBench.create();
          bench.start();
          let written = 0;
          for (const offsetNs of steps) {
            for (let part = 0; part < 3; part++) {
              for (let line = 0; line < perStep / 3; line++) {
                written++;
                bench.log.write("stdout", `line ${written}\n`, BEGAN_NS + BigInt(written) * 10_000_000n + offsetNs);
              }
              if (part === 1) {
                await bench.agent.waitForLines(written);
                bench.commit(written);
                bench.agent.killAgent();
                if (!keepsHint) bench.agent.hub.changeCursor(7, ({ hint: _hint, ...cursor }) => cursor);
              }
            }
            if (isRotating) bench.log.rotate({ maxFiles: 64 });
            bench.agent.startAgent();
            await bench.agent.waitForLines(written);
          }
          expect(bench.agent.texts).toEqual(numbers(1, written));
        }
      }
    },
  );
});

describe("bytes that are no text", () => {
  test("NUL, lone CR, CRLF, what was no UTF-8 and an empty line are lines; others around them are whole", async () => {
    files.start();
    files.write(1, 1);
    const odd = ["a\u0000b", "50%\r100%", "ends with CRLF\r", "", "\u001b[31mred\u001b[0m", "\ud800 half a pair"];
    files.log.write("stdout", odd.map((line) => `${line}\n`).join(""));
    files.log.write("stderr", Buffer.from([0xff, 0xfe, 0x41, 0x0a]));
    files.write(2, 2);
    await files.agent.waitForLines(9);
    expect(files.agent.texts).toEqual([
      "line 1",
      "a\u0000b",
      "50%\r100%",
      "ends with CRLF",
      "",
      "\u001b[31mred\u001b[0m",
      "\ufffd half a pair",
      "\ufffd\ufffdA",
      "line 2",
    ]);
  });

  test("[LOGS-10] 100,000 lines in one burst come once and in order", async () => {
    files.start();
    files.write(1, 100_000);
    await files.agent.waitForLines(100_000);
    expect(files.agent.texts).toEqual(numbers(1, 100_000));
  });
});

test("[LOGS-09] a file that somebody removed while it is written to is read on: every line that still goes there comes", async () => {
  files.start();
  files.write(1, 10);
  await files.agent.waitForLines(10);
  const entryOf = (line: string): string => `{"log":"${line}\\n","stream":"stdout","time":"2036-01-02T03:04:05Z"}\n`;
  const writer = openSync(files.log.path, "a");
  rmSync(files.log.path);
  try {
    for (const line of numbers(11, 14)) writeSync(writer, entryOf(line));
    await files.agent.waitForLines(14);
    // As an engine that was told to open its files again.
    appendFileSync(files.log.path, entryOf("line 15"));
    await files.agent.waitForLines(16);
  } finally {
    closeSync(writer);
  }
  // Whether the engine made others in between, nobody can tell any more.
  expect(files.agent.texts).toEqual([...numbers(1, 14), "(rotated)", "line 15"]);
});
