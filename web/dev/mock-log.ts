import type { Container } from "@yardarm/protocol/container";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEBUG, ERROR, INFO, type Level, WARN } from "@yardarm/protocol/log/level";
import { framesOf, type SampleLine } from "./log-samples.ts";

/** Logs of the mock hub. A log is a function of the line number, so that a line fetched twice is the same line. */

export type LogProfile = {
  /** New lines while somebody looks; 0 for a log that has ended. */
  readonly linesPerSecond: number;
  /** Lines that were there before the mock hub started. */
  readonly linesBefore: number;
  /** Lines below are not stored. */
  readonly storedFromSeq?: number;
  /** Whoever asks for it is refused, or hears nothing at all. */
  readonly answers?: ErrorCode | "never";
  readonly line: (seq: number) => Omit<SampleLine, "atMs">;
};

const LEVELS: readonly Level[] = [INFO, INFO, DEBUG, INFO, WARN, INFO, INFO, ERROR];
const NAMES: Readonly<Record<number, string>> = { [INFO]: "INFO", [DEBUG]: "DEBUG", [WARN]: "WARN", [ERROR]: "ERROR" };

const requestLine = (seq: number): Omit<SampleLine, "atMs"> => {
  const level = LEVELS[seq % LEVELS.length] ?? INFO;
  return { text: `${NAMES[level]} request ${seq} served in ${(seq * 37) % 190} ms`, level, isStderr: level === ERROR };
};

/** Five lines a second, for a quarter of an hour by now. */
export const CALM_LOG: LogProfile = { linesPerSecond: 5, linesBefore: 4_500, line: requestLine };
export const EMPTY_LOG: LogProfile = { linesPerSecond: 0, linesBefore: 0, line: requestLine };

/** A line of about 130 bytes, coloured like many loggers do it. */
export const burstLog = (linesPerSecond: number, linesBefore = 4_500): LogProfile => ({
  linesPerSecond,
  linesBefore,
  line: (seq) => {
    const level = LEVELS[seq % LEVELS.length] ?? INFO;
    const id = ((seq * 2_654_435_761) >>> 0).toString(16).padStart(8, "0");
    const text = `\u001b[32m${NAMES[level]}\u001b[0m req=${id} seq=${seq} GET /api/orders/${seq % 977} 200 in ${(seq * 37) % 190} ms, user ${id}${id}, cache miss, 3 rows`;
    return { text, level };
  },
});

/** What is between two lines when nothing else says so. */
const DEFAULT_GAP_MS = 200;
const FRAME_LINES = 1_000;

export class MockLogs {
  readonly #startedAtMs = Date.now();
  readonly #profiles = new Map<string, LogProfile>();
  /** Another word means that numbering began anew: every viewer is told so on its next subscription. */
  epoch = "mock";

  /** From now on containers of this name write like this. Before anybody subscribes. */
  set(name: string, profile: LogProfile): void {
    this.#profiles.set(name, profile);
  }

  profile(container: Container | undefined): LogProfile {
    const found = this.#profiles.get(container?.name ?? "");
    if (found !== undefined) return found;
    return container?.state === "running" ? CALM_LOG : { ...CALM_LOG, linesPerSecond: 0 };
  }

  /** The number of the line to be written next. */
  nextSeq(container: Container | undefined): number {
    const { linesPerSecond, linesBefore } = this.profile(container);
    return linesBefore + Math.floor(((Date.now() - this.#startedAtMs) * linesPerSecond) / 1_000);
  }

  /** Lines `fromSeq` to `toSeq` (exclusive) as whole frames. */
  frames(container: Container | undefined, alias: number, fromSeq: number, toSeq: number): ArrayBuffer[] {
    const profile = this.profile(container);
    const gapMs = profile.linesPerSecond === 0 ? DEFAULT_GAP_MS : 1_000 / profile.linesPerSecond;
    const frames: ArrayBuffer[] = [];
    for (let from = fromSeq; from < toSeq; from += FRAME_LINES) {
      const lines = Array.from({ length: Math.min(FRAME_LINES, toSeq - from) }, (_, index): SampleLine => {
        const seq = from + index;
        return { ...profile.line(seq), atMs: this.#startedAtMs + (seq - profile.linesBefore) * gapMs };
      });
      frames.push(...framesOf(alias, from, lines));
    }
    return frames;
  }
}

export type MockViewer = { readonly containerId: ContainerId; readonly alias: number; nextSeq: number };
