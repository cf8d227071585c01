/**
 * What is found out about a log before its first reading: how much of it is to be taken, and whether its beginning is there.
 *
 * Where a source cannot see the engine's files, what is stored of a log that rotates is gauged. An engine that has removed a
 * file has as many full ones left as it keeps beside the current one, so less than those hold means that none was removed. More
 * is no proof, but where nothing can be proved a loss is declared.
 */
import { FIRST_CONTACT_MESSAGES } from "./first-contact.ts";
import type { LineReaderOptions } from "./line-taker.ts";
import type { LogSource } from "./log-source.ts";
import type { ReadingPlan } from "./reading-plan.ts";
import { keptFiles, rotationBytes, STORED_OVERHEAD_BYTES } from "./rotation.ts";

/** A file holds less text than its size says: quotes, colours and whatever is no ASCII are escaped in it. */
const LEAST_TEXT_SHARE = 1 / 2;

export class LogBeginning {
  // fixed
  readonly #options: Pick<LineReaderOptions, "createdAtNs" | "enrolledAtNs">;
  /** At least so much is stored once a file was removed; `null` for a log that does not rotate. */
  readonly #doubtfulBytes: number | null;
  // state: of the look that is being taken, or was the last
  #messages = 0;
  #bytes = 0;
  #lookedAtNs: bigint | null = null;
  // state: across readings
  /** Stamp of the log's first message, once it was seen. */
  #firstNs: bigint | null = null;

  constructor({ container, ...options }: Pick<LineReaderOptions, "container" | "createdAtNs" | "enrolledAtNs">) {
    this.#options = options;
    const fileBytes = rotationBytes(container.logDriver, container.logOptions);
    this.#doubtfulBytes = fileBytes === null ? null : (keptFiles(container) - 1) * fileBytes * LEAST_TEXT_SHARE;
  }

  /** How a log is begun of which nothing was ever taken. */
  firstPlan({ followsRotation }: LogSource): ReadingPlan {
    const { createdAtNs, enrolledAtNs } = this.#options;
    if (createdAtNs < enrolledAtNs) return { kind: "probe" };
    // A source that knows the files sees by itself whether the beginning is missing.
    const isDoubtful = !followsRotation && this.#doubtfulBytes !== null && this.#firstNs === null;
    return { kind: isDoubtful ? "gauge" : "follow" };
  }

  /** A reading of this plan begins. */
  begin({ kind }: ReadingPlan): void {
    if (kind !== "probe" && kind !== "gauge") return;
    this.#messages = 0;
    this.#bytes = 0;
    this.#lookedAtNs = null;
  }

  /** A message of a `probe` or `gauge`. Returns false as soon as so much is stored that the beginning may have been removed. */
  look(tsNs: bigint, textBytes: number): boolean {
    this.#lookedAtNs ??= tsNs;
    this.#messages++;
    this.#bytes += textBytes + STORED_OVERHEAD_BYTES;
    return this.#doubtfulBytes === null || this.#bytes < this.#doubtfulBytes;
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
