/**
 * The longest run of plain ASCII characters that every match of a regular expression contains, or `null` when none is certain.
 * Looking for it first spares the expression most lines. Careful rather than clever: whatever it does not know ends the run.
 */
export const requiredLiteral = (source: string, isCaseSensitive: boolean): string | null => {
  // Inline flags may change what a letter means, and an alternative what is required.
  if (source.includes("|") || source.includes("(?")) return null;
  let best = "";
  let run = "";
  const endRun = (): void => {
    if (run.length > best.length) best = run;
    run = "";
  };
  for (let at = 0; at < source.length; ) {
    const { end, literal } = readToken(source, at);
    const quantified = QUANTIFIERS.has(source[end] ?? "");
    const isUsable = literal !== null && (isCaseSensitive || !FOLDS_BEYOND_ASCII.has(literal.toLowerCase()));
    if (!isUsable) {
      endRun();
    } else if (quantified) {
      // `x+` needs one x, but what follows it need not be its neighbour; `x*`, `x?` and `x{…}` may need none.
      if (source[end] === "+") run += literal;
      endRun();
    } else {
      run += literal;
    }
    at = quantified ? quantifierEnd(source, end) : end;
  }
  endRun();
  return best.length < SHORTEST ? null : best;
};

/** Below this it is found nearly everywhere. */
const SHORTEST = 2;
const QUANTIFIERS = new Set(["*", "+", "?", "{"]);
/** Letters that other letters than their capitals equal when case does not matter: the Kelvin sign, the long s. */
const FOLDS_BEYOND_ASCII = new Set(["k", "s"]);
const PLAIN = /^[A-Za-z0-9 _\-:;,=/<>@#%&!"'`~]$/;
const ESCAPED_PUNCTUATION = /^[^A-Za-z0-9\s]$/;

const readToken = (source: string, at: number): { readonly end: number; readonly literal: string | null } => {
  const character = source[at] ?? "";
  if (character === "\\") {
    const next = source[at + 1] ?? "";
    // \Q…\E, \p{…}, \x{…} and the like have bodies that must not be taken for text.
    if (/[A-Za-z0-9]/.test(next)) return { end: escapeEnd(source, at), literal: null };
    return { end: at + 2, literal: ESCAPED_PUNCTUATION.test(next) && next < "\u007f" ? next : null };
  }
  if (character === "[") return { end: classEnd(source, at), literal: null };
  if (character === "(") return { end: groupEnd(source, at), literal: null };
  return { end: at + 1, literal: PLAIN.test(character) ? character : null };
};

const escapeEnd = (source: string, at: number): number => {
  const kind = source[at + 1];
  if (kind === "Q") {
    const end = source.indexOf("\\E", at + 2);
    return end < 0 ? source.length : end + 2;
  }
  if ((kind === "p" || kind === "P" || kind === "x") && source[at + 2] === "{") {
    const end = source.indexOf("}", at);
    return end < 0 ? source.length : end + 1;
  }
  if (kind === "x") return at + 4;
  if (kind === "p" || kind === "P") return at + 3;
  if (kind !== undefined && /[0-7]/.test(kind))
    return at + 1 + (/^[0-7]{1,3}/.exec(source.slice(at + 1))?.[0].length ?? 1);
  return at + 2;
};

/** A class is left out as a whole; a `]` directly behind its opening belongs to it. */
const classEnd = (source: string, start: number): number => {
  let at = start + 1;
  if (source[at] === "^") at += 1;
  if (source[at] === "]") at += 1;
  while (at < source.length && source[at] !== "]") {
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("[:", at)) at = Math.max(source.indexOf(":]", at), at) + 2;
    else at += 1;
  }
  return at + 1;
};

const groupEnd = (source: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < source.length; ) {
    const character = source[at];
    if (character === "\\") {
      at = escapeEnd(source, at);
    } else if (character === "[") {
      at = classEnd(source, at);
    } else {
      if (character === "(") depth += 1;
      if (character === ")") depth -= 1;
      at += 1;
      if (depth === 0) return at;
    }
  }
  return source.length;
};

const quantifierEnd = (source: string, at: number): number => {
  let end = at + 1;
  if (source[at] === "{") {
    const close = source.indexOf("}", at);
    end = close < 0 ? source.length : close + 1;
  }
  while (QUANTIFIERS.has(source[end] ?? "") && source[end] !== "{") end += 1;
  return end;
};
