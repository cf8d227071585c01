/** How long a reader of a log tries, and when it gives up the place that it looks for. */
import { type ReadingPlan, SEARCH_EXACTLY } from "./reading-plan.ts";

const RETRY_FIRST_MS = 100;
const RETRY_LIMIT_MS = 10_000;
const MOST_DOUBLINGS = 16;
/** So often the engine may fail at the same place before that place is given up. */
const FAULTS_AT_PLACE = 3;
/** A place that is found by searching everything, and then again not from its stamp, is given up after so many rounds. */
const SEARCHES_FOR_PLACE = 3;
/** An engine that dies ends a reading as if it were complete, so one search in vain proves nothing. */
const VAIN_SEARCHES = 2;

export class Patience {
  #failures = 0;
  #faultsAtPlace = 0;
  #missedPlaces = 0;
  #vainSearches = 0;

  /** A line was taken, or another place is looked for: all is as at first. */
  reset(): void {
    this.#failures = 0;
    this.#faultsAtPlace = 0;
    this.#missedPlaces = 0;
    this.#vainSearches = 0;
  }

  /** The place was found: the engine answers. */
  found(): void {
    this.#failures = 0;
  }

  /** How long to wait before the next attempt, ms. `random`: from 0 up to, but without, 1. */
  nextDelayMs(random: number): number {
    const ceilingMs = Math.min(RETRY_LIMIT_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, MOST_DOUBLINGS);
    return Math.round(ceilingMs * (0.5 + random / 2));
  }

  /** The engine could not read on. True: it never will, from this place. */
  isFaultFinal(): boolean {
    this.#faultsAtPlace++;
    if (this.#faultsAtPlace < FAULTS_AT_PLACE) return false;
    this.#faultsAtPlace = 0;
    return true;
  }

  /**
   * What follows a reading that has not found its place. `sawStamp`: but a line with its stamp; `isBehindPlace`: all that was
   * read is newer.
   */
  afterMiss(
    plan: ReadingPlan,
    { sawStamp, isBehindPlace }: { readonly sawStamp: boolean; readonly isBehindPlace: boolean },
  ): { readonly kind: "read" | "wait"; readonly plan: ReadingPlan } | { readonly kind: "giveUp" } {
    this.#missedPlaces++;
    if (plan.kind !== "search" && this.#missedPlaces <= SEARCHES_FOR_PLACE)
      return { kind: "read", plan: SEARCH_EXACTLY };
    if (plan.kind === "search" && plan.match === "exact" && sawStamp) {
      return { kind: "read", plan: { kind: "search", match: "stamp" } };
    }
    if (!isBehindPlace && ++this.#vainSearches < VAIN_SEARCHES) return { kind: "wait", plan: SEARCH_EXACTLY };
    return { kind: "giveUp" };
  }
}
