import { lineTokens } from "./line-tokens.ts";

/** A line's text without its colours, control characters made visible, for places that are not rows of a log. */
export const visibleText = (text: string): string =>
  lineTokens(text)
    .map((token) => (token.className?.includes("yd-caret") === true ? `^${token.text}` : token.text))
    .join("");
