import Anser from "anser";
import { keepSgr } from "../../../format/escape-sequences.ts";
import type { Rgb } from "../../../ui/theme/contrast.ts";
import { backgroundColour, paletteColour, textColour, textOn } from "./ansi-colours.ts";

/**
 * A line of a log as pieces of text with a look. Log text is hostile: it only ever becomes text nodes; of its escape
 * sequences nothing but colour and weight is heeded, and every other control character is made visible.
 */

export type LineToken = {
  readonly text: string;
  readonly className?: string;
  readonly colour?: string;
  readonly background?: string;
  /** A whole http or https address. */
  readonly href?: string;
  readonly title?: string;
};

/** A line of a thousand colours must not become a thousand elements too many; what follows is shown plain. */
const MAX_TOKENS = 500;

/** Control characters but the tab, C1 controls, and whatever turns the direction of text or breaks a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are looked for
const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are looked for
const SPECIAL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|https?:/;
const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/g;
/** Ends of sentences and brackets that stand around an address, not in it. */
const AROUND_ADDRESS = ".,;:!?)]*";

/** The pieces of one line. Characters keep their number: a control character becomes exactly one visible one. */
export const lineTokens = (line: string): readonly LineToken[] => {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (!SPECIAL.test(text)) return [{ text }];
  const coloured = text.includes("\u001b") ? ansiTokens(keepSgr(text)) : [{ text }];
  const tokens = coloured.flatMap((token) => splitUnseen(token)).flatMap((token) => splitAddresses(token));
  if (tokens.length <= MAX_TOKENS) return tokens;
  const rest = tokens.slice(MAX_TOKENS).map((token) => token.text);
  return [...tokens.slice(0, MAX_TOKENS), { text: rest.join("") }];
};

const ansiTokens = (text: string): readonly LineToken[] => {
  const tokens: LineToken[] = [];
  for (const piece of Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true })) {
    const look = lookOf(piece);
    const last = tokens.at(-1);
    if (last !== undefined && isSameLook(last, look))
      tokens[tokens.length - 1] = { ...last, text: last.text + piece.content };
    else tokens.push({ text: piece.content, ...look });
  }
  return tokens;
};

type Look = Pick<LineToken, "className" | "colour" | "background">;
type Piece = ReturnType<typeof Anser.ansiToJson>[number];

const isSameLook = (one: Look, other: Look): boolean =>
  one.className === other.className && one.colour === other.colour && one.background === other.background;

/** Colours on a coloured ground are dropped: there the text is black or white, whichever reads better. */
const lookOf = ({ fg, bg, fg_truecolor, bg_truecolor, decorations }: Piece): Look => {
  const classes: string[] = [];
  for (const name of ["bold", "italic", "underline", "strikethrough"] as const) {
    if (decorations.includes(name)) classes.push(`yd-${name}`);
  }
  const look: { className?: string; colour?: string; background?: string } = {};
  const ground = colourOf(bg, bg_truecolor);
  const ink = colourOf(fg, fg_truecolor);
  if (ground !== null) {
    if (ground.kind === "token") classes.push(`yd-on-${ground.name}`);
    else {
      look.background = backgroundColour(ground.rgb);
      look.colour = textOn(ground.rgb);
    }
  } else if (ink?.kind === "token") classes.push(`yd-in-${ink.name}`);
  else if (ink !== null) look.colour = textColour(ink.rgb);
  else if (decorations.includes("dim")) classes.push("yd-dim");
  if (classes.length > 0) look.className = classes.join(" ");
  return look;
};

type AnsiColour = { readonly kind: "token"; readonly name: string } | { readonly kind: "exact"; readonly rgb: Rgb };

/** `ansi-red`, `ansi-bright-red`, `ansi-palette-123`, or `ansi-truecolor` with its parts beside it. */
const colourOf = (name: string | null, parts: string | null): AnsiColour | null => {
  if (name === null) return null;
  if (name === "ansi-truecolor") {
    const [red = 0, green = 0, blue = 0] = (parts ?? "").split(",").map((part) => Math.min(255, Number(part) || 0));
    return { kind: "exact", rgb: [red, green, blue] };
  }
  const palette = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  if (palette !== undefined) return { kind: "exact", rgb: paletteColour(Number(palette)) };
  return { kind: "token", name: name.slice("ansi-".length) };
};

const splitUnseen = (token: LineToken): readonly LineToken[] =>
  splitBy(token, UNSEEN, (found) => {
    const code = found.charCodeAt(0);
    const title = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    // In caret notation; the caret itself is drawn by the style sheet.
    if (code < 0x20 || code === 0x7f) {
      return { text: String.fromCharCode(code ^ 0x40), className: "yd-glyph yd-caret", title };
    }
    return { text: glyphOf(code), className: "yd-glyph", title };
  });

const glyphOf = (code: number): string => {
  if (code === 0x2028 || code === 0x2029) return "↵";
  return code < 0xa0 ? "�" : "⇌";
};

const splitAddresses = (token: LineToken): readonly LineToken[] =>
  token.title === undefined && token.text.includes("http")
    ? splitBy(token, ADDRESS, (found) => {
        const text = withoutSurroundings(found);
        return isAddress(text) ? { ...token, text, href: text } : null;
      })
    : [token];

/** A closing bracket stays with an address that has the opening one. */
const withoutSurroundings = (found: string): string => {
  let end = found.length;
  while (end > 0 && AROUND_ADDRESS.includes(found.charAt(end - 1))) {
    const kept = found.slice(0, end);
    if (kept.endsWith(")") && kept.split("(").length >= kept.split(")").length) break;
    end -= 1;
  }
  return found.slice(0, end);
};

const isAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:");
};

/** Cuts what `pattern` finds out of a token. `make` may take less than was found, but from its start. */
const splitBy = (
  token: LineToken,
  pattern: RegExp,
  make: (found: string) => LineToken | null,
): readonly LineToken[] => {
  const { text } = token;
  const pieces: LineToken[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const piece = make(match[0]);
    if (piece === null) continue;
    if (match.index > at) pieces.push({ ...token, text: text.slice(at, match.index) });
    pieces.push(piece);
    at = match.index + piece.text.length;
  }
  if (at === 0) return [token];
  if (at < text.length) pieces.push({ ...token, text: text.slice(at) });
  return pieces;
};
