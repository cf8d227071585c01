/** How far a follow of a log that rotates can be believed: its engine may repeat lines, and leave out whole files. */
import type { LineTail } from "./line-tail.ts";
import { RecentStamps, STORED_OVERHEAD_BYTES } from "./rotation.ts";
import { SkipDoubt } from "./skip-doubt.ts";

/** A follow may have missed the rotation that happened while it began: then it stays silent. */
const UNPROVEN_SILENCE_MS = 250;
/** What is stored has shown nothing new so often: what makes the follow doubtful is something else. */
const VAIN_VERIFIES = 2;
/** Of a file: what is stored showed more, so there is a rush; or less, so there is none. */
const RUSH_SHARE = 1 / 2;
const CALM_SHARE = 1 / 64;

export class FollowTrust {
  readonly #fileBytes: number;
  readonly #recent = new RecentStamps();
  readonly #doubt: SkipDoubt;
  #hasEqualStamps = false;
  /** Taken since the reading began. */
  #bytes = 0;
  /** Lines were taken since the last verification began. */
  #hasProgress = false;
  #vainVerifies = 0;
  /** This follow was not found to be at the log's end yet. */
  #isUnproven = true;

  /** `fileBytes`: the size at which the engine rotates. */
  constructor(fileBytes: number) {
    this.#fileBytes = fileBytes;
    this.#doubt = new SkipDoubt(fileBytes);
  }

  /** A reading begins. */
  begin(isVerify: boolean): void {
    this.#bytes = 0;
    this.#isUnproven = true;
    if (isVerify) this.#hasProgress = false;
  }

  /** What was taken before is taken again: no line announces anything by that. */
  forgetLines(): void {
    this.#recent.clear();
  }

  /** A line that was known before. */
  pass(seconds: number, nanos: number, textBytes: number): void {
    this.#recent.take(seconds, nanos);
    this.#doubt.take(seconds, nanos, textBytes + STORED_OVERHEAD_BYTES);
  }

  /** A line was taken; `place` ends with it. */
  take(place: LineTail, textBytes: number): void {
    this.pass(place.lastSeconds, place.lastNanos, textBytes);
    this.#bytes += textBytes + STORED_OVERHEAD_BYTES;
    this.#hasProgress = true;
    this.#vainVerifies = 0;
    if (place.ordinal > 0) this.#hasEqualStamps = true;
  }

  /**
   * What a follow's next line means: `next` that it is one; `verify` that only what is stored can tell; `wait` the same, but that was looked at a moment ago.
   */
  judge(place: LineTail, seconds: number, nanos: number): "next" | "verify" | "wait" {
    // A log that rotates faster than it can be read must not be opened in a tight circle.
    if (this.#isRepeat(place, seconds, nanos)) return this.#hasProgress ? "verify" : "wait";
    return this.mayVerify && this.#doubt.isDoubtful(seconds, nanos) ? "verify" : "next";
  }

  /** Whether looking at what is stored may help. */
  get mayVerify(): boolean {
    return this.#vainVerifies < VAIN_VERIFIES;
  }

  /** Everything stored was read. True when so much was written meanwhile that a follow would soon be in doubt again: what is stored is never. */
  verified(): boolean {
    if (!this.#hasProgress) this.#vainVerifies++;
    if (this.#bytes < this.#fileBytes * CALM_SHARE) this.#doubt.calm();
    return this.#bytes > this.#fileBytes * RUSH_SHARE;
  }

  /** After so long a silence of a follow, ms, it has to be asked whether it should be silent; `null`: never. */
  get silenceMs(): number | null {
    const { silenceMs } = this.#doubt;
    return this.#isUnproven ? Math.min(UNPROVEN_SILENCE_MS, silenceMs ?? UNPROVEN_SILENCE_MS) : silenceMs;
  }

  /** It should: it has delivered everything there is. */
  silenceIsRight(): void {
    this.#isUnproven = false;
    this.#doubt.calm();
  }

  /** In a stored reading lines of equal stamps are what they seem; where a log has such, they announce nothing. */
  #isRepeat(place: LineTail, seconds: number, nanos: number): boolean {
    const isSameStamp = !place.isEmpty && place.lastSeconds === seconds && place.lastNanos === nanos;
    return isSameStamp ? !this.#hasEqualStamps : this.#recent.isRepeat(seconds, nanos);
  }
}
