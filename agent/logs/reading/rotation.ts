/** What is known beforehand of a log's rotation, and the signs of one in a stream that is followed. */
import type { LogContainer } from "../log-source.ts";

/** The `local` driver rotates at 20 MB by itself; json-file only when it is told to. */
const LOCAL_DEFAULT_BYTES = 20_000_000;
const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1e3, m: 1e6, g: 1e9 };

type LogOfDriver = Pick<LogContainer, "logDriver" | "logOptions">;

/** The size at which the engine rotates this log, bytes; `null` when it never does. */
export const rotationBytes = (driver: string, options: Readonly<Record<string, string>>): number | null => {
  const size = options["max-size"];
  if (driver === "local" && size === undefined) return LOCAL_DEFAULT_BYTES;
  if ((driver !== "json-file" && driver !== "local") || size === undefined) return null;
  const [, number, unit] = /^(\d+)\s*([kmg]?)b?$/i.exec(size.trim()) ?? [];
  // "-1" and what the engine would not have accepted: no rotation.
  return number === undefined ? null : Number(number) * (UNITS[(unit ?? "").toLowerCase()] ?? 1);
};

/** Whether the engine compresses files that it has rotated: `local` does unless it is told not to, json-file only when it is told to. */
export const compressesFiles = (log: LogOfDriver): boolean =>
  (log.logOptions.compress ?? String(log.logDriver === "local")) === "true";

/** The `local` driver keeps five files unless it is told otherwise. */
const LOCAL_DEFAULT_FILES = "5";

/** Of so many files the engine's API gives a log's lines, the current one included. */
export const servedFiles = ({ logDriver, logOptions }: LogOfDriver): number => {
  const asked = logOptions["max-file"] ?? (logDriver === "local" ? LOCAL_DEFAULT_FILES : "1");
  return Math.max(1, Number.parseInt(asked, 10) || 1);
};

/** So many files are on the disk: two, however few the engine is asked for. */
export const keptFiles = (log: LogOfDriver): number => Math.max(2, servedFiles(log));

/** Bytes around each stored message (stamp, stream, quotes), so that a count of text comes near the file's size. */
export const STORED_OVERHEAD_BYTES = 70;

const REMEMBERED = 1024;
/** Lines that were taken never go back this far by overtaking alone. */
const CLOCK_STEP_S = 1;

/**
 * The stamps of the lines that were taken last, or recognised as taken. A line whose stamp goes back to one of them, or behind all of them, says that the
 * stream repeats itself; a stamp that goes back to none of them is stdout and stderr overtaking each other.
 */
export class RecentStamps {
  readonly #seconds = new Float64Array(REMEMBERED);
  readonly #nanos = new Uint32Array(REMEMBERED);
  #next = 0;
  #count = 0;
  #highSeconds = Number.NEGATIVE_INFINITY;
  #highNanos = 0;

  take(seconds: number, nanos: number): void {
    this.#seconds[this.#next] = seconds;
    this.#nanos[this.#next] = nanos;
    this.#next = (this.#next + 1) % REMEMBERED;
    if (this.#count < REMEMBERED) this.#count++;
    const isHigher = seconds > this.#highSeconds || (seconds === this.#highSeconds && nanos > this.#highNanos);
    // Far below: the machine's clock was set back, and what follows is new all the same.
    if (isHigher || seconds < this.#highSeconds - CLOCK_STEP_S) {
      this.#highSeconds = seconds;
      this.#highNanos = nanos;
    }
  }

  /** True when a line with this stamp looks like one that was taken already. */
  isRepeat(seconds: number, nanos: number): boolean {
    if (seconds > this.#highSeconds || (seconds === this.#highSeconds && nanos >= this.#highNanos)) return false;
    let isOlderThanAll = this.#count > 0;
    for (let index = 0; index < this.#count; index++) {
      const difference = seconds - (this.#seconds[index] as number) || nanos - (this.#nanos[index] as number);
      if (difference === 0) return true;
      if (difference > 0) isOlderThanAll = false;
    }
    return isOlderThanAll;
  }

  /** Forgets everything: what is taken from here on is judged by itself. */
  clear(): void {
    this.#count = 0;
    this.#next = 0;
    this.#highSeconds = Number.NEGATIVE_INFINITY;
    this.#highNanos = 0;
  }
}
