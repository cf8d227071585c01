/**
 * What is found out about a log before its first reading: how much of it is to be taken, and whether its beginning is there.
 *
 * Where a source cannot see the engine's files, what is stored of a log that rotates is gauged. An engine that has removed a
 * file has as many full ones left as it keeps beside the current one, so less than those hold means that none was removed. Where
 * it keeps only one, it is asked whether a file may have been written between the container's creation and the first message.
 * A doubt is no proof, but where nothing can be proved a loss is declared.
 */

import { instantFromNs } from "@yardarm/protocol/time";
import { FIRST_CONTACT_MESSAGES } from "./first-contact.ts";
import type { LineReaderOptions } from "./line-taker.ts";
import type { LogSource } from "../log-source.ts";
import type { ReadingPlan } from "./reading-plan.ts";
import { rotationBytes, STORED_OVERHEAD_BYTES, servedFiles } from "./rotation.ts";
import { SkipDoubt } from "./skip-doubt.ts";

/** A file holds less text than its size says: quotes, colours and whatever is no ASCII are escaped in it. */
const LEAST_TEXT_SHARE = 1 / 2;

export class LogBeginning {
  // fixed
  readonly #options: Pick<LineReaderOptions, "createdAtNs" | "enrolledAtNs">;
  /** The size at which the engine rotates; `null`: never. */
  readonly #fileBytes: number | null;
  /** At least so much is stored once a file was removed. */
  readonly #doubtfulBytes: number;
  // state: of the look that is being taken, or was the last
  #messages = 0;
  #bytes = 0;
  #lookedAtNs: bigint | null = null;
  #speed: SkipDoubt | null = null;
  // state: across readings
  /** Stamp of the log's first message, once it was seen. */
  #firstNs: bigint | null = null;

  constructor({ container, ...options }: Pick<LineReaderOptions, "container" | "createdAtNs" | "enrolledAtNs">) {
    this.#options = options;
    this.#fileBytes = rotationBytes(container.logDriver, container.logOptions);
    const fullFiles = servedFiles(container) - 1;
    this.#doubtfulBytes =
      fullFiles === 0 ? Number.POSITIVE_INFINITY : fullFiles * (this.#fileBytes ?? 0) * LEAST_TEXT_SHARE;
  }

  /** How a log is begun of which nothing was ever taken. */
  firstPlan({ followsRotation }: LogSource): ReadingPlan {
    const { createdAtNs, enrolledAtNs } = this.#options;
    if (createdAtNs < enrolledAtNs) return { kind: "probe" };
    // A source that knows the files sees by itself whether the beginning is missing.
    const isDoubtful = !followsRotation && this.#fileBytes !== null && this.#firstNs === null;
    return { kind: isDoubtful ? "gauge" : "follow" };
  }

  /** A reading of this plan begins. */
  begin({ kind }: ReadingPlan): void {
    if (kind !== "probe" && kind !== "gauge") return;
    this.#messages = 0;
    this.#bytes = 0;
    this.#lookedAtNs = null;
    this.#speed = kind === "probe" || this.#fileBytes === null ? null : new SkipDoubt(this.#fileBytes);
  }

  /** A message of a `probe` or `gauge`. */
  look(tsNs: bigint, textBytes: number): void {
    this.#lookedAtNs ??= tsNs;
    this.#messages++;
    const bytes = textBytes + STORED_OVERHEAD_BYTES;
    this.#bytes += bytes;
    const { seconds, nanos } = instantFromNs(tsNs);
    this.#speed?.take(seconds, nanos, bytes);
  }

  /** So much is stored that the beginning may have been removed; a `gauge` has to look no further. */
  get isFull(): boolean {
    return this.#bytes >= this.#doubtfulBytes;
  }

  /** A `gauge` has seen everything, and the beginning may not have been among it. */
  get isDoubtful(): boolean {
    if (this.isFull) return true;
    if (this.#doubtfulBytes < Number.POSITIVE_INFINITY || this.#lookedAtNs === null) return false;
    const gapNs = this.#lookedAtNs - this.#options.createdAtNs;
    return this.#speed?.mayFillFile(Number(gapNs) / 1e6) === true;
  }

  /** What follows a `probe` or `gauge` that has seen everything it was to see. */
  planAfter({ kind }: ReadingPlan): ReadingPlan {
    const firstNs = this.#lookedAtNs;
    if (kind === "gauge") this.#firstNs = firstNs;
    if (kind === "gauge" || firstNs === null) return { kind: "follow" };
    const isWindow = this.#messages >= FIRST_CONTACT_MESSAGES && firstNs < this.#options.enrolledAtNs;
    return { kind: "history", isWindow };
  }

  /** A reading from the oldest message on begins with this stamp. False when messages that were there are not any more. */
  isFirst(tsNs: bigint): boolean {
    this.#firstNs ??= tsNs;
    return this.#firstNs === tsNs;
  }
}
