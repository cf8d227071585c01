/** The first reading of a container that is older than its host's enrollment: its last 200 lines, then all since (LOGS-01). */
import { FIRST_CONTACT_LINES } from "@yardarm/protocol/limits";
import type { LineSink, TakeLine } from "./line-joiner.ts";
import { stampNs } from "./line-tail.ts";
import type { LineReaderOptions } from "./line-taker.ts";
import { earlier } from "./reading-place.ts";

/** Messages that are asked for: enough for 200 lines, of which a few are long. */
export const FIRST_CONTACT_MESSAGES = 2 * FIRST_CONTACT_LINES + 1;
/** Text that is held back at most; beyond it fewer than 200 lines are taken. */
const HELD_BYTES = 4 * 1024 * 1024;

type HeldLine = {
  readonly flags: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly text: Uint8Array;
  readonly originalLength: number;
};

export type FirstContactOptions = {
  /** By this machine's clock. */
  readonly enrolledAtNs: bigint;
  /** What is read begins in the middle of the log: there are older lines, and the first one may lack its head. */
  readonly isWindow: boolean;
  readonly sink: LineSink;
  /** There were older lines, which are not taken: this many where that is known, up to the first line that is. */
  onOlder(lines: number | null, firstTakenNs: bigint): void;
};

/**
 * Holds lines back until it is clear that they are among the last 200 from before the enrollment: the first line after
 * it, or the end of the reading, releases them. Later lines pass through.
 */
export class FirstContact implements LineSink {
  readonly #options: FirstContactOptions;
  #held: HeldLine[] = [];
  #heldBytes = 0;
  #olderLines = 0;
  #isReleased = false;
  #mayBeHeadless: boolean;

  constructor(options: FirstContactOptions) {
    this.#options = options;
    this.#mayBeHeadless = options.isWindow;
  }

  line(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    const { sink, enrolledAtNs } = this.#options;
    if (this.#mayBeHeadless) {
      this.#mayBeHeadless = false;
      return;
    }
    if (!this.#isReleased && stampNs(tsSeconds, tsNanos) >= enrolledAtNs) this.release();
    if (this.#isReleased) {
      sink.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
      return;
    }
    const own = new Uint8Array(text.subarray(start, end));
    this.#held.push({ flags, seconds: tsSeconds, nanos: tsNanos, text: own, originalLength });
    this.#heldBytes += end - start;
    while (this.#held.length > FIRST_CONTACT_LINES || this.#heldBytes > HELD_BYTES) {
      this.#heldBytes -= this.#held.shift()?.text.length ?? 0;
      this.#olderLines++;
    }
  }

  /** The reading is over, or has reached the enrollment: what is held goes on. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { sink, isWindow, onOlder } = this.#options;
    const [first] = this.#held;
    if (first !== undefined && (isWindow || this.#olderLines > 0)) {
      onOlder(isWindow ? null : this.#olderLines, stampNs(first.seconds, first.nanos));
    }
    for (const { flags, seconds, nanos, text, originalLength } of this.#held) {
      sink.line(flags, seconds, nanos, text, 0, text.length, originalLength);
    }
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** The first contact of one reader. `take` gets the lines that are kept. */
export const firstContactOf = (
  { taker, createdAtNs, enrolledAtNs }: LineReaderOptions,
  isWindow: boolean,
  take: TakeLine,
): FirstContact =>
  new FirstContact({
    ...{ enrolledAtNs, isWindow, sink: { line: take } },
    onOlder: (lines, toNs) => {
      taker.loss({ reason: "before_enrollment", fromNs: earlier(createdAtNs, toNs), toNs, lines });
    },
  });
