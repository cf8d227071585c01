/** What every log source must do, whatever engine or file is behind it. */
import { describe, expect, test } from "vitest";
import type { LogContainer, LogEnd, LogRead, LogSource, MessageReader, OpenLog } from "./log-source.ts";

/** One container whose output the test decides. */
export interface ContractContainer extends AsyncDisposable {
  readonly container: LogContainer;
  /** Writes one line, or several with line feeds between them, to a stream; it is in the log when this resolves. */
  write(stream: 0 | 1, line: string | Uint8Array): Promise<void>;
  /** The container's process ends. */
  stop(): Promise<void>;
}

export type LogSourceContract = {
  readonly open: () => LogSource;
  readonly run: (options: { readonly tty: boolean }) => Promise<ContractContainer>;
};

type Message = { readonly stream: 0 | 1; readonly tsNs: bigint; readonly text: string };

/** Keeps what a source delivers. */
class Recorder implements MessageReader {
  readonly messages: Message[] = [];
  readonly losses: string[] = [];
  end: LogEnd | null = null;
  #waiting: (() => void)[] = [];

  message(stream: 0 | 1, seconds: number, nanos: number, payload: Uint8Array, start: number, end: number): void {
    const tsNs = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    this.messages.push({ stream, tsNs, text: Buffer.from(payload.subarray(start, end)).toString() });
  }

  missing(reason: string): void {
    this.losses.push(reason);
  }

  readEnd(): void {
    this.#wake();
  }

  ended(end: LogEnd): void {
    if (this.end !== null) throw new Error("A reading ended twice.");
    this.end = end;
    this.#wake();
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text.replace(/\r?\n$/, ""));
  }

  async until(isReached: (recorder: Recorder) => boolean): Promise<void> {
    while (!isReached(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const words = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word} ${index}`);

export const logSourceContract = (name: string, { open, run }: LogSourceContract): void => {
  describe(`log source: ${name}`, () => {
    const read = (container: LogContainer, rest: Omit<LogRead, "container">): { log: OpenLog; recorder: Recorder } => {
      const recorder = new Recorder();
      return { log: open().open({ container, ...rest }, recorder), recorder };
    };
    const follow = { from: { kind: "beginning" }, extent: "follow" } as const;
    const stored = { from: { kind: "beginning" }, extent: "stored" } as const;
    const write = async (container: ContractContainer, lines: readonly string[], stream: 0 | 1 = 0): Promise<void> => {
      for (const line of lines) await container.write(stream, line);
    };

    test("a stored reading delivers what is there, in order, with its stamps, and ends", async () => {
      await using running = await run({ tty: false });
      await write(running, words("out", 3));
      await write(running, ["err 0"], 1);
      const { recorder } = read(running.container, stored);
      await recorder.until(({ end }) => end !== null);
      expect(recorder.end).toEqual({ kind: "complete" });
      expect(recorder.texts).toEqual([...words("out", 3), "err 0"]);
      expect(recorder.messages.map(({ stream }) => stream)).toEqual([0, 0, 0, 1]);
      const stamps = recorder.messages.map(({ tsNs }) => tsNs);
      expect(stamps).toEqual(stamps.toSorted((left, right) => Number(left - right)));
      expect(recorder.messages.every(({ text }) => text.endsWith("\n"))).toBe(true);
    });

    test("a follow delivers what is there, then what comes, until the container stops", async () => {
      await using running = await run({ tty: false });
      await write(running, words("before", 2));
      const { log, recorder } = read(running.container, follow);
      await recorder.until(({ messages }) => messages.length === 2);
      await write(running, words("after", 2));
      await recorder.until(({ messages }) => messages.length === 4);
      expect(recorder.end).toBeNull();
      await running.stop();
      log.containerStopped();
      await recorder.until(({ end }) => end !== null);
      expect(recorder.end).toEqual({ kind: "complete" });
      expect(recorder.texts).toEqual([...words("before", 2), ...words("after", 2)]);
    });

    test("a follow of a container that has stopped ends by itself", async () => {
      await using running = await run({ tty: false });
      await write(running, words("line", 2));
      await running.stop();
      const { recorder } = read(running.container, follow);
      await recorder.until(({ end }) => end !== null);
      expect([recorder.end, recorder.texts]).toEqual([{ kind: "complete" }, words("line", 2)]);
    });

    test("text is delivered as it was written: empty, quoted, with control, NUL and multi-byte characters", async () => {
      await using running = await run({ tty: false });
      const lines = [
        "",
        "a\0b",
        '{"level":"info","text":"\\"}',
        "\u001b[31mred\u001b[0m\tend",
        "<a>&amp;\u2028",
        "grün 漢字 🚢",
        "50%\r100%",
      ];
      await write(running, lines);
      const { recorder } = read(running.container, stored);
      await recorder.until(({ end }) => end !== null);
      expect(recorder.texts).toEqual(lines);
    });

    test("invalid UTF-8 fails nothing: what stands for it is delivered, and all that comes behind", async () => {
      await using running = await run({ tty: false });
      await running.write(0, Buffer.from([0x61, 0xff, 0x62]));
      await write(running, ["next"]);
      const { recorder } = read(running.container, stored);
      await recorder.until(({ end }) => end !== null);
      expect(recorder.texts).toEqual(["a\ufffdb", "next"]);
    });

    test("a long line comes in fragments that repeat the first one's stamp; only the last one ends it", async () => {
      await using running = await run({ tty: false });
      await write(running, ["x".repeat(40_000), "next"]);
      const { recorder } = read(running.container, stored);
      await recorder.until(({ end }) => end !== null);
      const [first, second, third, last] = recorder.messages;
      expect(recorder.messages.map(({ text }) => text.length)).toEqual([16_384, 16_384, 7_233, 5]);
      expect([second?.tsNs, third?.tsNs]).toEqual([first?.tsNs, first?.tsNs]);
      expect([third?.text.endsWith("x\n"), last?.text]).toEqual([true, "next\n"]);
    });

    test("a burst is delivered whole and in order", async () => {
      await using running = await run({ tty: false });
      const lines = words("burst", 20_000);
      const { log, recorder } = read(running.container, follow);
      await write(running, [lines.join("\n")]);
      await recorder.until(({ messages }) => messages.length === lines.length);
      expect(recorder.texts).toEqual(lines);
      log.close();
    });

    test("a position, where there is one, leads back to what comes behind it", async () => {
      await using running = await run({ tty: false });
      await write(running, words("line", 5));
      const { log, recorder } = read(running.container, follow);
      await recorder.until(({ messages }) => messages.length === 5);
      const place = log.position();
      log.close();
      await write(running, ["new"]);
      const lastNs = recorder.messages.at(-1)?.tsNs ?? 0n;
      const from = { kind: "since", tsNs: lastNs, ...(place === null ? {} : { hint: { place, lastNs } }) } as const;
      const again = read(running.container, { from, extent: "stored" }).recorder;
      await again.until(({ end }) => end !== null);
      expect(again.texts.slice(-2)).toEqual(["line 4", "new"]);
    });

    test("a reading since a stamp has that message and all behind it", async () => {
      await using running = await run({ tty: false });
      await write(running, words("line", 5));
      const all = read(running.container, stored).recorder;
      await all.until(({ end }) => end !== null);
      const tsNs = all.messages[2]?.tsNs ?? 0n;
      const { recorder } = read(running.container, { from: { kind: "since", tsNs }, extent: "stored" });
      await recorder.until(({ end }) => end !== null);
      expect(recorder.messages.slice(-3)).toEqual(all.messages.slice(2));
    });

    test("a reading of the tail has the last messages; a tail of none has only what comes", async () => {
      await using running = await run({ tty: false });
      await write(running, words("line", 5));
      const tail = read(running.container, { from: { kind: "tail", messages: 2 }, extent: "stored" }).recorder;
      await tail.until(({ end }) => end !== null);
      expect(tail.texts).toEqual(["line 3", "line 4"]);
    });

    test("a TTY's lines are delivered like others, all on stdout", async () => {
      await using running = await run({ tty: true });
      await write(running, words("line", 2));
      await running.stop();
      const { recorder } = read(running.container, stored);
      await recorder.until(({ end }) => end !== null);
      expect(recorder.texts).toEqual(words("line", 2));
    });

    test("a pause holds messages back, and nothing is lost by it", async () => {
      await using running = await run({ tty: false });
      const { log, recorder } = read(running.container, follow);
      await write(running, ["first"]);
      await recorder.until(({ messages }) => messages.length === 1);
      log.pause();
      await write(running, words("held", 200));
      log.resume();
      await recorder.until(({ messages }) => messages.length === 201);
      expect(recorder.texts).toEqual(["first", ...words("held", 200)]);
      log.close();
    });

    test("nothing is delivered after close, however often it is called", async () => {
      await using running = await run({ tty: false });
      await write(running, words("line", 3));
      const { log, recorder } = read(running.container, follow);
      log.close();
      log.close();
      const witness = read(running.container, stored).recorder;
      await witness.until(({ end }) => end !== null);
      expect([recorder.messages, recorder.end]).toEqual([[], null]);
    });

    test("a container that is gone says so", async () => {
      const running = await run({ tty: false });
      await running[Symbol.asyncDispose]();
      const { recorder } = read(running.container, follow);
      await recorder.until(({ end }) => end !== null);
      expect(recorder.end).toEqual({ kind: "gone" });
    });
  });
};
