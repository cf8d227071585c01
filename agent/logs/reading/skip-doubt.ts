/**
 * Whether a follow may have left out a whole file of a log that rotates.
 *
 * An engine whose follow is still behind when the file that comes next has been rotated as well goes on with the newest one, without a sign. What is left out is at
 * least one whole file, so there is a gap between the stamps of two lines as long as it took to write that file; and how fast this log is written is known from the
 * lines before. A gap in which such a file may have been written is a doubt; what is stored has to settle it. Only stamps are compared with each other, so neither
 * the engine's clock nor a busy machine makes a difference.
 */

/** The speed of writing is measured over pieces of a file of this many. */
const PIECES_PER_FILE = 64;
/** The highest speed counts, and is forgotten slowly: half of it within 23 pieces. */
const FADING = 0.97;
/** A file that was not seen may have been written so many times faster than what was seen lately. */
const FASTER = 2;
/** No engine writes faster, bytes per millisecond. */
const HIGHEST_SPEED = 100_000;
/** What is stored has answered in so many cases that nothing was missing: what was fast has become slow. */
const CALMING = 0.5;
/** Below this no silence is worth a question, above it nobody is kept waiting. */
const SHORTEST_SILENCE_MS = 100;
const LONGEST_SILENCE_MS = 2_000;

export class SkipDoubt {
  readonly #fileBytes: number;
  readonly #pieceBytes: number;
  /** Bytes per millisecond of stamps. */
  #speed = 0;
  #bytes = 0;
  // Stamps: where the current piece begins, and the highest one.
  #pieceSeconds = Number.NaN;
  #pieceNanos = 0;
  #highSeconds = Number.NaN;
  #highNanos = 0;

  /** `fileBytes`: the size at which the engine rotates. */
  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes;
    this.#pieceBytes = fileBytes / PIECES_PER_FILE;
  }

  /** Whether a file may be missing between the lines taken so far and one with this stamp. */
  isDoubtful(seconds: number, nanos: number): boolean {
    return this.mayFillFile(millisecondsBetween(this.#highSeconds, this.#highNanos, seconds, nanos));
  }

  /** Whether a whole file may have been written in so many milliseconds. */
  mayFillFile(ms: number): boolean {
    return this.#speed > 0 && ms * this.#speed * FASTER >= this.#fileBytes;
  }

  /** Takes a line that was taken, or that is known from before; `bytes` it takes in the engine's file. */
  take(seconds: number, nanos: number, bytes: number): void {
    if (Number.isNaN(this.#highSeconds)) {
      this.#pieceSeconds = seconds;
      this.#pieceNanos = nanos;
    }
    const isStepBack = seconds < this.#highSeconds - CLOCK_STEP_S;
    if (isStepBack) this.#beginPiece(seconds, nanos);
    const isHigher = seconds > this.#highSeconds || (seconds === this.#highSeconds && nanos > this.#highNanos);
    if (isHigher || isStepBack || Number.isNaN(this.#highSeconds)) {
      this.#highSeconds = seconds;
      this.#highNanos = nanos;
    }
    this.#bytes += bytes;
    if (this.#bytes < this.#pieceBytes) return;
    const tookMs = millisecondsBetween(this.#pieceSeconds, this.#pieceNanos, this.#highSeconds, this.#highNanos);
    const speed = Math.min(this.#bytes / Math.max(tookMs, Number.MIN_VALUE), HIGHEST_SPEED);
    this.#speed = Math.max(speed, this.#speed * FADING);
    this.#beginPiece(this.#highSeconds, this.#highNanos);
  }

  /** A doubt was settled: nothing was missing, and the log is at its end. */
  calm(): void {
    this.#speed *= CALMING;
  }

  /** After so long a silence, ms, a file may have been written that the follow does not show; `null` while this log is written too slowly for that. */
  get silenceMs(): number | null {
    const silenceMs = this.#fileBytes / (this.#speed * FASTER);
    return silenceMs > LONGEST_SILENCE_MS ? null : Math.max(silenceMs, SHORTEST_SILENCE_MS);
  }

  #beginPiece(seconds: number, nanos: number): void {
    this.#bytes = 0;
    this.#pieceSeconds = seconds;
    this.#pieceNanos = nanos;
  }
}

/** Further back than lines overtake each other: the machine's clock was set back. */
const CLOCK_STEP_S = 1;

const millisecondsBetween = (fromSeconds: number, fromNanos: number, seconds: number, nanos: number): number =>
  (seconds - fromSeconds) * 1e3 + (nanos - fromNanos) / 1e6;
