import type { WorkloadId } from "@yardarm/protocol/ids";

/** A colour for each container, out of the theme's sixteen for logs: every one of them is readable on the log pane in both themes. */

/** Without black and white, which look like text, and without red, which looks like an error. */
const COLOURS = [
  "blue",
  "green",
  "magenta",
  "cyan",
  "yellow",
  "bright-blue",
  "bright-green",
  "bright-magenta",
  "bright-cyan",
  "bright-yellow",
] as const;

export type SourceColour = (typeof COLOURS)[number];

/** Of a workload that nobody knows any more. */
export const UNKNOWN_SOURCE_COLOUR = "white";

export const SOURCE_COLOURS: number = COLOURS.length;

/**
 * Colours of the sources on one page. One colour is shared only when all are taken, and then by as few as can be. A source keeps its
 * colour as long as the page is open, wherever it is shown and whoever comes and goes; what is shown at once after a reload has the
 * same colours again.
 */
export class SourceColours {
  readonly #colours = new Map<WorkloadId, SourceColour>();
  #present: readonly WorkloadId[] = [];

  /** These are on screen now: what comes new takes a colour that fewest of them have. */
  show(present: Iterable<WorkloadId>): void {
    this.#present = [...new Set(present)];
    // In an order that does not hang on who came first.
    for (const workloadId of this.#present.toSorted()) this.of(workloadId);
  }

  of(workloadId: WorkloadId): SourceColour {
    const known = this.#colours.get(workloadId);
    if (known !== undefined) return known;
    const colour = this.#leastTaken(firstPlace(workloadId));
    this.#colours.set(workloadId, colour);
    return colour;
  }

  /** From `first` on, round. */
  #leastTaken(first: number): SourceColour {
    const taken = new Map<SourceColour, number>();
    for (const workloadId of this.#present) {
      const colour = this.#colours.get(workloadId);
      if (colour !== undefined) taken.set(colour, (taken.get(colour) ?? 0) + 1);
    }
    const around = COLOURS.map((_, step) => COLOURS[(first + step) % COLOURS.length] ?? "blue");
    return around.reduce((best, colour) => ((taken.get(colour) ?? 0) < (taken.get(best) ?? 0) ? colour : best));
  }
}

/** Where a workload looks first: the same in every view, so that most have the same colour everywhere. */
const firstPlace = (workloadId: WorkloadId): number => {
  let hash = 0;
  for (let index = 0; index < workloadId.length; index++) hash = (hash * 31 + workloadId.charCodeAt(index)) >>> 0;
  return hash % COLOURS.length;
};
