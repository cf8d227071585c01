import type { ReadFrom } from "../log-source.ts";

/**
 * What a reading is for.
 * - `probe`: how much there is, before the first contact with an old container.
 * - `gauge`: whether the beginning of a log that rotates is still there, before its first reading.
 * - `history`: that first contact; `isWindow` when it reads only the end of the log.
 * - `follow`: from the place (or the beginning) on, until the container stops.
 * - `verify`: what is stored behind the place, as the record that a follow may have fallen short of.
 * - `finish`: the same for a container that has stopped; unfinished lines end with it.
 * - `search`: everything stored, to find a place that is not where its stamp says.
 * - `salvage`: everything stored, because the place is gone.
 * - `live`: only what comes from now on, because the engine cannot read what is stored.
 */
export type ReadingPlan =
  | { readonly kind: "probe" | "gauge" | "follow" | "verify" | "finish" | "salvage" | "live" }
  | { readonly kind: "history"; readonly isWindow: boolean }
  | { readonly kind: "search"; readonly match: "exact" | "stamp" };

export const SEARCH_EXACTLY: ReadingPlan = { kind: "search", match: "exact" };

export const extentOf = (plan: ReadingPlan): "stored" | "follow" =>
  plan.kind === "follow" || plan.kind === "live" ? "follow" : "stored";

/** True for plans that begin behind the place, and have to find it first. */
export const seeksPlace = (plan: ReadingPlan): boolean =>
  plan.kind === "follow" || plan.kind === "verify" || plan.kind === "finish" || plan.kind === "search";

/** Where the plan begins to read, given where its place would be looked for. */
export const beginningOf = (plan: ReadingPlan, place: ReadFrom, windowMessages: number): ReadFrom => {
  switch (plan.kind) {
    case "follow":
    case "verify":
    case "finish":
      return place;
    case "probe":
      return { kind: "tail", messages: windowMessages };
    case "history":
      return plan.isWindow ? { kind: "tail", messages: windowMessages } : { kind: "beginning" };
    case "gauge":
    case "search":
    case "salvage":
      return { kind: "beginning" };
    case "live":
      return { kind: "tail", messages: 0 };
  }
};
