import type { LineMatcher } from "../../../workers/pattern.ts";
import type { LineToken } from "./line-tokens.ts";

/** Marks what the search found in the rows that are drawn. */

const NAME = "yd-search";

/** Highlights without touching the rows; where the browser cannot, `markTokens` does it while rows are filled. */
export const canHighlight = (): boolean => typeof CSS !== "undefined" && "highlights" in CSS;

/** Marks every match inside these texts; `null` removes the marks. */
export const highlightIn = (texts: Iterable<HTMLElement>, matcher: LineMatcher | null): void => {
  if (matcher === null) {
    CSS.highlights.delete(NAME);
    return;
  }
  const ranges: Range[] = [];
  for (const text of texts) {
    for (const [start, end] of matcher.places(text.textContent)) ranges.push(rangeIn(text, start, end));
  }
  CSS.highlights.set(NAME, new Highlight(...ranges));
};

/** The tokens of a line, cut so that each match consists of whole tokens, which are marked. */
export const markTokens = (tokens: readonly LineToken[], matcher: LineMatcher | null): readonly LineToken[] => {
  if (matcher === null) return tokens;
  const places = matcher.places(tokens.map((token) => token.text).join(""));
  if (places.length === 0) return tokens;
  const cuts = places.flat();
  const marked: LineToken[] = [];
  let at = 0;
  for (const token of tokens) {
    const end = at + token.text.length;
    const inside = cuts.filter((cut) => cut > at && cut < end);
    for (const [index, cut] of [at, ...inside].entries()) {
      const text = token.text.slice(cut - at, (inside[index] ?? end) - at);
      const isMatch = places.some(([start, stop]) => start <= cut && cut < stop);
      marked.push(isMatch ? { ...token, text, className: `${token.className ?? ""} yd-match` } : { ...token, text });
    }
    at = end;
  }
  return marked;
};

const rangeIn = (line: Element, start: number, end: number): Range => {
  const range = document.createRange();
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let at = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (start >= at && start < at + length) range.setStart(node, start - at);
    if (end > at && end <= at + length) {
      range.setEnd(node, end - at);
      break;
    }
    at += length;
  }
  return range;
};
