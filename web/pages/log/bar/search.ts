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
