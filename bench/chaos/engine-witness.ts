/**
 * What the engine really wrote into its json-file logs, read from the files as they grow: the truth that everything
 * else is held against. Written apart from the agent's own reading, and simpler: it polls, and it never stops.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { linePrint, microsOf } from "./line-print.ts";
import type { TrueLog } from "./verdict.ts";

const POLL_MS = 20;
/** Suffixes of rotated files, the newest first. */
const ROTATED = [".1", ".2", ".3", ".4"];
const READ_BYTES = 1024 * 1024;
const STREAMS = { stdout: 0, stderr: 1 } as const;

interface Message {
  readonly log: string;
  readonly stream: keyof typeof STREAMS;
  readonly time: string;
}

interface OpenLine {
  readonly time: string;
  text: string;
}

/** RFC 3339 with up to nine digits, as ns since the epoch. */
const nsOf = (time: string): bigint => {
  const [, seconds = "", fraction = ""] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
};

const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino;

export class EngineWitness implements Disposable {
  readonly #file: string;
  readonly #streams = [
    { prints: [] as number[], micros: [] as number[] },
    { prints: [] as number[], micros: [] as number[] },
  ] as const;
  readonly #open: [OpenLine | null, OpenLine | null] = [null, null];
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  readonly #timer: NodeJS.Timeout;
  #descriptor: number | null = null;
  #offset = 0;
  #rest = Buffer.alloc(0);
  #files = 0;
  #failure: Error | null = null;

  /** @param file the container's json-file log, which need not exist yet */
  constructor(file: string) {
    this.#file = file;
    this.#timer = setInterval(() => this.read(), POLL_MS);
  }

  /** Everything read so far. @throws Error when a file was rotated away before it was read to its end */
  get log(): TrueLog {
    if (this.#failure !== null) throw this.#failure;
    return { streams: this.#streams };
  }

  get lines(): number {
    return this.#streams[0].prints.length + this.#streams[1].prints.length;
  }

  /** Files that the log has been in so far. */
  get files(): number {
    return this.#files;
  }

  /** Takes what is there now; true when there was something. */
  read(): boolean {
    try {
      const before = this.#files * 2 ** 40 + this.#offset;
      this.#follow();
      return before !== this.#files * 2 ** 40 + this.#offset;
    } catch (error) {
      this.#failure ??= error as Error;
      return false;
    }
  }

  /** The log has ended for good: unfinished lines end too. */
  finish(): void {
    this.read();
    for (const stream of [0, 1] as const) this.#close(stream);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #follow(): void {
    if (this.#descriptor === null && !this.#openFile(this.#file)) return;
    this.#readToEnd();
    const { ino } = fstatSync(this.#descriptor as number);
    if ((inodeOf(this.#file) ?? ino) === ino) return;
    // Renamed, perhaps more than once: whoever wrote into the old file has finished with it when a new one exists.
    this.#readToEnd();
    const back = ROTATED.findIndex((suffix) => inodeOf(this.#file + suffix) === ino);
    if (back === -1) throw new Error("The witness missed a file: the log rotates too fast.");
    for (const suffix of ["", ...ROTATED].slice(0, back + 1).reverse()) {
      closeSync(this.#descriptor as number);
      if (!this.#openFile(this.#file + suffix)) throw new Error("The witness missed a file while it was renamed.");
      this.#readToEnd();
    }
  }

  #openFile(file: string): boolean {
    try {
      this.#descriptor = openSync(file, "r");
    } catch {
      return false;
    }
    this.#offset = 0;
    this.#files += 1;
    return true;
  }

  #readToEnd(): void {
    for (;;) {
      const bytes = readSync(this.#descriptor as number, this.#buffer, 0, READ_BYTES, this.#offset);
      if (bytes === 0) return;
      this.#offset += bytes;
      this.#rest = Buffer.concat([this.#rest, this.#buffer.subarray(0, bytes)]);
      let start = 0;
      for (let end = this.#rest.indexOf(10); end !== -1; end = this.#rest.indexOf(10, start)) {
        this.#take(JSON.parse(this.#rest.toString("utf8", start, end)) as Message);
        start = end + 1;
      }
      this.#rest = this.#rest.subarray(start);
    }
  }

  /** The engine cuts long lines into messages of one stamp; only the last ends with a line feed. */
  #take({ log, stream: name, time }: Message): void {
    const stream = STREAMS[name];
    const open = this.#open[stream];
    if (open !== null && open.time !== time) this.#close(stream);
    const line = this.#open[stream] ?? { time, text: "" };
    this.#open[stream] = line;
    line.text += log;
    if (log.endsWith("\n")) this.#close(stream);
  }

  #close(stream: 0 | 1): void {
    const line = this.#open[stream];
    this.#open[stream] = null;
    if (line === null) return;
    const tsNs = nsOf(line.time);
    this.#streams[stream].prints.push(linePrint(stream, tsNs, Buffer.from(line.text.replace(/\r?\n$/, ""))));
    this.#streams[stream].micros.push(microsOf(tsNs));
  }
}
