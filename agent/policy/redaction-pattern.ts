/**
 * `literal:` and `pattern:` rules. A pattern is a sequence of characters and classes, each of which may be repeated a
 * bounded number of times: no alternatives, no groups, nothing endless. It is compiled to a table of states when the
 * policy is read, so that matching takes one step per byte, whatever the text is.
 *
 *     a  \.  .  [A-Za-z0-9_-]  [^ ]  \d  \w  \s      followed by   {n}  {n,m}  ?
 */
import type { RedactionRule, RuleText, Span } from "./redaction-rule.ts";

const LONGEST_BYTES = 128;
const SHORTEST_BYTES = 3;
const STATES = 2_000;
const DEAD = -1;

type Item = { readonly bytes: ReadonlySet<number>; readonly min: number; readonly max: number };

const ANY = new Set(Array.from({ length: 256 }, (_, byte) => byte));
const range = (from: string, to: string): number[] =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, index) => from.charCodeAt(0) + index);
const CLASSES: Readonly<Record<string, ReadonlySet<number>>> = {
  d: new Set(range("0", "9")),
  w: new Set([...range("a", "z"), ...range("A", "Z"), ...range("0", "9"), 0x5f]),
  s: new Set([0x20, 0x09, 0x0b, 0x0c, 0x0d]),
};
const SPECIAL = new Set("*+()|^$");

/** Throws an `Error` with a sentence when the text is too short or too long. */
export const literalRule = (text: string): RedactionRule =>
  compile([...Buffer.from(text)].map((byte) => ({ bytes: new Set([byte]), min: 1, max: 1 })));

/** Throws an `Error` with a sentence when the pattern is none. */
export const patternRule = (pattern: string): RedactionRule => compile(parse(pattern));

const parse = (pattern: string): Item[] => {
  const characters = Array.from(pattern);
  const items: Item[] = [];
  let at = 0;
  while (at < characters.length) {
    const character = characters[at++] as string;
    let bytes: ReadonlySet<number>;
    if (character === "\\") bytes = escaped(characters[at++]);
    else if (character === ".") bytes = ANY;
    else if (character === "[") {
      const close = closeOf(characters, at);
      bytes = classOf(characters.slice(at, close));
      at = close + 1;
    } else if (SPECIAL.has(character)) {
      throw new Error(`"${character}" has no meaning in a pattern; write "\\${character}" for the character itself.`);
    } else if (character === "{" || character === "?") {
      throw new Error(`there is nothing that "${character}" could repeat.`);
    } else {
      const encoded = [...Buffer.from(character)];
      const last = encoded.pop() as number;
      for (const byte of encoded) items.push({ bytes: new Set([byte]), min: 1, max: 1 });
      bytes = new Set([last]);
      if (encoded.length > 0 && (characters[at] === "{" || characters[at] === "?")) {
        throw new Error(`only ASCII characters and classes can be repeated, not "${character}".`);
      }
    }
    const repeat = repeatAt(characters, at);
    at = repeat.next;
    items.push({ bytes, min: repeat.min, max: repeat.max });
  }
  return items;
};

const escaped = (character: string | undefined): ReadonlySet<number> => {
  if (character === undefined) throw new Error('it ends with a single "\\".');
  const known = CLASSES[character];
  if (known !== undefined) return known;
  if (/[A-Za-z0-9]/.test(character) || character.charCodeAt(0) > 127) {
    throw new Error(`"\\${character}" has no meaning; \\d, \\w and \\s have.`);
  }
  return new Set([character.charCodeAt(0)]);
};

/** The index of the bracket that closes the class whose content begins at `start`. */
const closeOf = (characters: readonly string[], start: number): number => {
  let at = start;
  while (at < characters.length && characters[at] !== "]") at += characters[at] === "\\" ? 2 : 1;
  if (at >= characters.length) throw new Error('a "[" has no "]".');
  return at;
};

const classOf = (content: readonly string[]): ReadonlySet<number> => {
  const isNegated = content[0] === "^";
  const bytes = new Set<number>();
  let at = isNegated ? 1 : 0;
  const one = (): ReadonlySet<number> => {
    const character = content[at++] as string;
    if (character === "\\") return escaped(content[at++]);
    if (character.charCodeAt(0) > 127) throw new Error(`"${character}" cannot stand in a class: only ASCII can.`);
    return new Set([character.charCodeAt(0)]);
  };
  while (at < content.length) {
    const from = one();
    if (content[at] === "-" && at + 1 < content.length && from.size === 1) {
      at++;
      const to = one();
      const [low, high] = [Math.min(...from), Math.max(...to)];
      if (to.size !== 1 || high < low) throw new Error("a range in a class goes from nowhere to nowhere.");
      for (let byte = low; byte <= high; byte++) bytes.add(byte);
    } else for (const byte of from) bytes.add(byte);
  }
  if (bytes.size === 0) throw new Error("a class is empty.");
  return isNegated ? new Set([...ANY].filter((byte) => !bytes.has(byte))) : bytes;
};

const repeatAt = (
  characters: readonly string[],
  at: number,
): { readonly min: number; readonly max: number; readonly next: number } => {
  if (characters[at] === "?") return { min: 0, max: 1, next: at + 1 };
  if (characters[at] !== "{") return { min: 1, max: 1, next: at };
  const close = characters.indexOf("}", at);
  const [, low, high] = /^(\d{1,3})(?:,(\d{1,3}))?$/.exec(characters.slice(at + 1, close).join("")) ?? [];
  if (close < 0 || low === undefined) throw new Error("a repetition is not {n} or {n,m}.");
  const [min, max] = [Number(low), Number(high ?? low)];
  if (max < min || max < 1) throw new Error(`{${low},${high}} repeats nothing.`);
  return { min, max, next: close + 1 };
};

/** Subset construction over the positions of the sequence, done once, when the policy is read. */
const compile = (items: readonly Item[]): RedactionRule => {
  const shortest = items.reduce((sum, { min }) => sum + min, 0);
  const longest = items.reduce((sum, { max }) => sum + max, 0);
  if (shortest < SHORTEST_BYTES) throw new Error(`it would hide what is shorter than ${SHORTEST_BYTES} bytes.`);
  if (longest > LONGEST_BYTES) throw new Error(`what it finds may be longer than ${LONGEST_BYTES} bytes.`);
  const positions = items.flatMap(({ bytes, min, max }) =>
    Array.from({ length: max }, (_, index) => ({ bytes, isOptional: index >= min })),
  );
  /** A set of positions as ascending numbers, with those that can be reached by leaving optional ones out. */
  const closed = (set: Iterable<number>): number[] => {
    const all = new Set<number>();
    for (let position of set) {
      all.add(position);
      while (positions[position]?.isOptional === true) all.add(++position);
    }
    return [...all].toSorted((a, b) => a - b);
  };
  const { classOfByte, sample } = byteClasses(items);
  const states = [closed([0])];
  const numbers = new Map([[String(states[0]), 0]]);
  const next: number[] = [];
  for (let state = 0; state < states.length; state++) {
    for (const byte of sample) {
      const reached = closed(
        (states[state] as number[]).filter((at) => positions[at]?.bytes.has(byte)).map((at) => at + 1),
      );
      const key = String(reached);
      let number = reached.length === 0 ? DEAD : numbers.get(key);
      if (number === undefined) {
        number = states.push(reached) - 1;
        if (number >= STATES) throw new Error("it is too complex: use shorter repetitions.");
        numbers.set(key, number);
      }
      next.push(number);
    }
  }
  const isFinal = Uint8Array.from(states, (set) => (set.at(-1) === positions.length ? 1 : 0));
  return new SequenceRule(classOfByte, sample.length, Int16Array.from(next), isFinal);
};

/** Bytes that no class tells apart share a column of the table. */
const byteClasses = (
  items: readonly Item[],
): { readonly classOfByte: Uint8Array; readonly sample: readonly number[] } => {
  const classOfByte = new Uint8Array(256);
  const sample: number[] = [];
  const numbers = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const key = items.map(({ bytes }) => (bytes.has(byte) ? "1" : "0")).join("");
    let number = numbers.get(key);
    if (number === undefined) {
      number = sample.push(byte) - 1;
      numbers.set(key, number);
    }
    classOfByte[byte] = number;
  }
  return { classOfByte, sample };
};

class SequenceRule implements RedactionRule {
  readonly isBounded = true;
  readonly begins = new Uint8Array(256);
  readonly continues = new Uint8Array(256);
  readonly #classOfByte: Uint8Array;
  readonly #classes: number;
  readonly #next: Int16Array;
  readonly #isFinal: Uint8Array;

  constructor(classOfByte: Uint8Array, classes: number, next: Int16Array, isFinal: Uint8Array) {
    this.#classOfByte = classOfByte;
    this.#classes = classes;
    this.#next = next;
    this.#isFinal = isFinal;
    const second = Array.from(next.subarray(0, classes)).filter((state) => state !== DEAD);
    for (let byte = 0; byte < 256; byte++) {
      const column = classOfByte[byte] as number;
      this.begins[byte] = next[column] === DEAD ? 0 : 1;
      // No pattern is shorter than this.
      this.continues[byte] = second.some((state) => next[state * classes + column] !== DEAD) ? 1 : 0;
    }
  }

  /** The longest that fits. */
  find({ text, end, isCut }: RuleText, at: number, span: Span): boolean {
    let state = 0;
    let to = -1;
    let next = at;
    while (next < end) {
      state = this.#next[state * this.#classes + (this.#classOfByte[text[next] as number] as number)] as number;
      if (state === DEAD) break;
      next++;
      if (this.#isFinal[state] === 1) to = next;
    }
    if (isCut && next === end && state !== DEAD) to = end;
    if (to === -1) return false;
    span.from = at;
    span.to = to;
    return true;
  }
}
