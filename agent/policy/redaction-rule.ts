/** What a redaction rule is: something that finds a secret at a place in a line. */

/** Bytes of the line that have to go, from `from` up to, but without, `to`. */
export type Span = { from: number; to: number };

export type RuleText = {
  readonly text: Uint8Array;
  /** Where the line begins, or where what was found before it ends. */
  readonly start: number;
  readonly end: number;
  /** The line was longer and ends in the middle of something: what its end leaves unfinished counts as found. */
  readonly isCut: boolean;
};

export interface RedactionRule {
  /** 1 for each byte at which it is worth asking. */
  readonly begins: Uint8Array;
  /** 1 for each byte that may come second: most places are refused by these two alone. */
  readonly continues: Uint8Array;
  /**
   * True when it looks at a bounded number of bytes, so that it may be asked at every byte. The others find whole words
   * and MUST NOT look at the same bytes again and again.
   */
  readonly isBounded: boolean;
  /** Looks at `at`, puts what it finds into `span`, and says whether it has found anything. */
  find(line: RuleText, at: number, span: Span): boolean;
}

export const bytesOf = (characters: string): Uint8Array => {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
};

export const ANY_BYTE: Uint8Array = new Uint8Array(256).fill(1);
const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const DIGIT = bytesOf(DIGITS);
/** Letters, digits and `_`. */
export const WORD = bytesOf(`${DIGITS}${LOWER}${LOWER.toUpperCase()}_`);
export const CAPITAL_OR_DIGIT = bytesOf(`${DIGITS}${LOWER.toUpperCase()}`);
/** What tokens are made of (base64, base64url and their kin). */
export const TOKEN = bytesOf(`${DIGITS}${LOWER}${LOWER.toUpperCase()}_-.~+/=`);

/** The offset behind the bytes of `table` that begin at `at`. */
export const skip = (text: Uint8Array, at: number, end: number, table: Uint8Array): number => {
  let next = at;
  while (next < end && table[text[next] as number] === 1) next++;
  return next;
};

/** True when the byte before `at` is of `table`, that is, when `at` is in the middle of a word. */
export const follows = ({ text, start }: RuleText, at: number, table: Uint8Array): boolean =>
  at > start && table[text[at - 1] as number] === 1;

/** True when the ASCII letters of `word` (lower case) stand at `at`, in any case. */
export const standsAt = ({ text, end }: RuleText, at: number, word: string): boolean => {
  if (end - at < word.length) return false;
  for (let index = 0; index < word.length; index++) {
    const byte = text[at + index] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== word.charCodeAt(index)) return false;
  }
  return true;
};
