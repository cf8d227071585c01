import type { LogPattern } from "../../../workers/log-messages.ts";

/** What is searched for, whether only that is shown, and what is left out. */
export type Search = LogPattern & { readonly onlyMatches: boolean; readonly excludes: readonly string[] };

export const NO_SEARCH: Search = {
  text: "",
  isCaseSensitive: false,
  isRegex: false,
  onlyMatches: false,
  excludes: [],
};

/** How a text is looked for, and whether the other lines are hidden. */
export type Switches = Pick<Search, "isCaseSensitive" | "isRegex" | "onlyMatches">;

const switchesOf = ({ isCaseSensitive, isRegex, onlyMatches }: Search): Switches => ({
  isCaseSensitive,
  isRegex,
  onlyMatches,
});

const isSame = (one: Switches, other: Switches): boolean =>
  one.isCaseSensitive === other.isCaseSensitive &&
  one.isRegex === other.isRegex &&
  one.onlyMatches === other.onlyMatches;

/**
 * The switches as somebody has chosen them. Those outlive a search that is cleared, and stay visible; what a click on a value has
 * switched by itself goes with that search.
 */
export class ChosenSwitches {
  /** `null` while the search has what was chosen. */
  #chosen: Switches | null = null;

  /** Only lines that hold this text, exactly. */
  filterBy(former: Search, text: string): Search {
    this.#chosen ??= switchesOf(former);
    return { ...former, text, isRegex: false, isCaseSensitive: true, onlyMatches: true };
  }

  /** What the search becomes. */
  change(former: Search, changed: Search): Search {
    // Whoever turns a switch has seen all of them.
    if (!isSame(former, changed)) this.#chosen = null;
    if (changed.text !== "" || this.#chosen === null) return changed;
    const chosen = this.#chosen;
    this.#chosen = null;
    return { ...changed, ...chosen };
  }
}
