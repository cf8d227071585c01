/** The rules that a policy may name, and what each of them hides. `docs/host-policy.md` lists them for people. */
import { literalRule, patternRule } from "./redaction-pattern.ts";
import {
  ANY_BYTE,
  bytesOf,
  CAPITAL_OR_DIGIT,
  DIGIT,
  follows,
  type RedactionRule,
  type RuleText,
  skip,
  standsAt,
  TOKEN,
  WORD,
} from "./redaction-rule.ts";

/** As many as fit the bits of a number. */
export const RULES_LIMIT = 31;

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const AT = 0x40;
const SLASH = 0x2f;
const DOT = 0x2e;
const BLANK = bytesOf(" \t");
const DASH_OR_BLANK = bytesOf(" -");

/** `Bearer …`: the token behind the word. */
const bearer: RedactionRule = {
  begins: bytesOf("bB"),
  continues: bytesOf("eE"),
  isBounded: false,
  find(line, at, span) {
    if (!standsAt(line, at, "bearer ") || follows(line, at, WORD)) return false;
    const from = at + "bearer ".length;
    const to = skip(line.text, from, line.end, TOKEN);
    span.from = from;
    span.to = to;
    return to - from >= 8 || (line.isCut && to === line.end && to > from);
  },
};

/** What keys of secrets end with, in any case. */
const SECRET_KEYS = [
  ...["password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key"],
  ...["access_key", "access-key", "accesskey", "private_key", "private-key", "privatekey", "credential", "credentials"],
];
/** By their first letter, the longest first. */
const KEYS_BY_LETTER: readonly (readonly string[])[] = Array.from({ length: 26 }, (_, letter) =>
  SECRET_KEYS.filter((key) => key.charCodeAt(0) - 0x61 === letter).toSorted((a, b) => b.length - a.length),
);
/** Ends a value that is not in quotes. */
const ENDS_VALUE = bytesOf(" \t\r,;&\"')}]<>");
/** Blanks around the sign between key and value. */
const BLANKS = 4;

/** `password=…`, `"api_key": "…"`, `DB_TOKEN: …`: the value behind a key that says that it is secret. */
const password: RedactionRule = {
  begins: bytesOf("pPsStTaAcC"),
  continues: bytesOf("aAwWeEoOpPcCrR"),
  isBounded: false,
  find(line, at, span) {
    const { text, end } = line;
    const words = KEYS_BY_LETTER[((text[at] as number) | 0x20) - 0x61] as readonly string[];
    let key = 0;
    for (let index = 0; index < words.length && key === 0; index++) {
      const word = words[index] as string;
      if (standsAt(line, at, word)) key = word.length;
    }
    if (key === 0) return false;
    let next = quoteAt(line, at + key);
    next = skip(text, next, Math.min(end, next + BLANKS), BLANK);
    const sign = text[next];
    if (next >= end || (sign !== COLON && sign !== EQUALS)) return false;
    next = skip(text, next + 1, Math.min(end, next + 1 + BLANKS), BLANK);
    const from = quoteAt(line, next);
    span.from = from;
    span.to = from === next ? plainEnd(line, from) : quotedEnd(line, from, from - next);
    return span.to > span.from;
  },
};

/** Behind a quotation mark at `at`, with the backslash that JSON within JSON puts in front of it. */
const quoteAt = ({ text, end }: RuleText, at: number): number => {
  const mark = text[at] === BACKSLASH ? at + 1 : at;
  return mark < end && (text[mark] === QUOTE || text[mark] === APOSTROPHE) ? mark + 1 : at;
};

const plainEnd = ({ text, end }: RuleText, from: number): number => {
  let at = from;
  while (at < end && ENDS_VALUE[text[at] as number] === 0) at++;
  return at;
};

/** Where the mark of `width` bytes before `from` comes again: a quote, or a backslash and a quote. */
const quotedEnd = ({ text, end }: RuleText, from: number, width: number): number => {
  const mark = text[from - 1];
  let at = from;
  while (at < end) {
    if (text[at] === BACKSLASH) {
      if (width === 2 && text[at + 1] === mark) return at;
      at += 2;
    } else if (text[at] === mark) return at;
    else at++;
  }
  return end;
};

/** `scheme://user:password@host`: the password. */
const urlPassword: RedactionRule = {
  begins: bytesOf(":"),
  continues: bytesOf("/"),
  isBounded: true,
  find({ text, end, isCut }, at, span) {
    if (text[at + 1] !== SLASH || text[at + 2] !== SLASH) return false;
    const limit = Math.min(end, at + 512);
    let colon = -1;
    for (let next = at + 3; next < limit; next++) {
      const byte = text[next] as number;
      if (byte === COLON && colon < 0) colon = next;
      if (byte === SLASH || BLANK[byte] === 1 || byte === QUOTE) return false;
      const isFound = byte === AT || (isCut && next === end - 1);
      if (!isFound || colon < 0) continue;
      span.from = colon + 1;
      span.to = byte === AT ? next : end;
      return span.to > span.from;
    }
    return false;
  },
};

/** Access key ids of AWS: AKIA or ASIA and sixteen capitals or digits. */
const awsKey: RedactionRule = {
  begins: bytesOf("A"),
  continues: bytesOf("KS"),
  isBounded: true,
  find(line, at, span) {
    if (!standsAt(line, at, "akia") && !standsAt(line, at, "asia")) return false;
    if (follows(line, at, CAPITAL_OR_DIGIT)) return false;
    const { text, end, isCut } = line;
    const to = skip(text, at, Math.min(end, at + 21), CAPITAL_OR_DIGIT);
    span.from = at;
    span.to = to;
    return to - at === 20 || (isCut && to === end);
  },
};

const IN_TOKEN_PART = bytesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

/** JSON Web Tokens: `eyJ….….…`. */
const jwt: RedactionRule = {
  begins: bytesOf("e"),
  continues: bytesOf("y"),
  isBounded: false,
  find(line, at, span) {
    const { text, end, isCut } = line;
    if (text[at + 1] !== 0x79 || text[at + 2] !== 0x4a || follows(line, at, IN_TOKEN_PART)) return false;
    const header = skip(text, at, end, IN_TOKEN_PART);
    const payload = text[header] === DOT ? skip(text, header + 1, end, IN_TOKEN_PART) : header;
    const to = text[payload] === DOT ? skip(text, payload + 1, end, IN_TOKEN_PART) : payload;
    span.from = at;
    span.to = Math.min(to, end);
    return (payload > header && to > payload && payload < end) || (isCut && to >= end);
  },
};

const IN_LOCAL_PART = bytesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-");
const IN_DOMAIN = bytesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

/** E-mail addresses, found by their `@`. */
const email: RedactionRule = {
  begins: bytesOf("@"),
  continues: ANY_BYTE,
  isBounded: true,
  find({ text, start, end, isCut }, at, span) {
    let from = at;
    while (from > start && from > at - 64 && IN_LOCAL_PART[text[from - 1] as number] === 1) from--;
    let to = skip(text, at + 1, Math.min(end, at + 255), IN_DOMAIN);
    const reachesEnd = to === end;
    // A full stop behind an address belongs to the sentence.
    while (to > at && (text[to - 1] === DOT || text[to - 1] === 0x2d)) to--;
    const hasDot = text.subarray(at + 1, to).includes(DOT);
    span.from = from;
    span.to = to;
    return from < at && ((hasDot && to > at + 3) || (isCut && reachesEnd && to > at));
  },
};

/** What belongs to a number, or to a name with one in it: the digits of `-4111…` and `blk_4111…` are no card's. */
const BEFORE_NUMBER = bytesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
const CARD_DIGITS = { least: 13, most: 19 };

/** Numbers of payment cards: 13 to 19 digits, alone or in groups, whose check digit is right. */
const card: RedactionRule = {
  begins: bytesOf("23456"),
  continues: bytesOf("0123456789 -"),
  isBounded: true,
  find(line, at, span) {
    const { text, end, isCut } = line;
    if (follows(line, at, BEFORE_NUMBER)) return false;
    let digits = 0;
    let to = at;
    // Luhn: every second digit from the right is doubled; which ones these are shows only at the end.
    let evenSum = 0;
    let oddSum = 0;
    for (let next = at; next < end && digits <= CARD_DIGITS.most; next++) {
      const byte = text[next] as number;
      if (DIGIT[byte] === 1) {
        const digit = byte - 0x30;
        const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
        evenSum += digits % 2 === 0 ? doubled : digit;
        oddSum += digits % 2 === 0 ? digit : doubled;
        digits++;
        to = next + 1;
      } else if (DASH_OR_BLANK[byte] === 0 || next + 1 >= end || DIGIT[text[next + 1] as number] === 0) break;
    }
    span.from = at;
    span.to = to;
    if (isCut && to === end && digits >= 6) return true;
    const isLength = digits >= CARD_DIGITS.least && digits <= CARD_DIGITS.most;
    const isEnd = to === end || WORD[text[to] as number] === 0;
    return isLength && isEnd && (digits % 2 === 0 ? evenSum : oddSum) % 10 === 0;
  },
};

export const NAMED_RULES: ReadonlyMap<string, RedactionRule> = new Map([
  ["bearer", bearer],
  ["password", password],
  ["url_password", urlPassword],
  ["aws_key", awsKey],
  ["jwt", jwt],
  ["email", email],
  ["card", card],
]);

/** Throws an `Error` with a sentence for a text that is no rule. */
export const compileRule = (rule: string): RedactionRule => {
  const named = NAMED_RULES.get(rule);
  if (named !== undefined) return named;
  if (rule.startsWith("literal:")) return literalRule(rule.slice("literal:".length));
  if (rule.startsWith("pattern:")) return patternRule(rule.slice("pattern:".length));
  const names = [...NAMED_RULES.keys()].join(", ");
  throw new Error(`"${rule.slice(0, 64)}" is no rule: there are ${names}, literal: and pattern:.`);
};
