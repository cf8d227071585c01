/** What is searched for, and whether only that is shown. */
export type Search = { readonly text: string; readonly isCaseSensitive: boolean; readonly onlyMatches: boolean };

export const NO_SEARCH: Search = { text: "", isCaseSensitive: false, onlyMatches: false };
