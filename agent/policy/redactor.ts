/** Takes secrets out of a line of log, in one pass over its bytes and without allocating for lines that hold none. */
import type { RedactionRule, RuleText, Span } from "./redaction-rule.ts";
import { compileRule, RULES_LIMIT } from "./redaction-rules.ts";

const MARK = Buffer.from("[redacted]");
const FIRST_BYTES = 4_096;
/** Larger ones are not kept. */
const KEPT_BYTES = 65_536;

/** Throws an `Error` with a sentence for a text that is no rule; the policy file was checked before. */
export const makeRedactor = (rules: readonly string[]): Redactor | null =>
  rules.length === 0 ? null : new Redactor(rules.map(compileRule));

export class Redactor {
  readonly #rules: readonly RedactionRule[];
  /** By byte, a bit for each rule that may begin with it. */
  readonly #begins = new Int32Array(256);
  /** The same for the byte behind it. */
  readonly #continues = new Int32Array(256);
  readonly #bounded: number;
  readonly #line: { text: Uint8Array; start: number; end: number; isCut: boolean } = {
    ...{ text: new Uint8Array(0), start: 0, end: 0, isCut: false },
  };
  readonly #span: Span = { from: 0, to: 0 };
  #output = new Uint8Array(FIRST_BYTES);
  #length = 0;

  constructor(rules: readonly RedactionRule[]) {
    if (rules.length > RULES_LIMIT) throw new RangeError(`More than ${RULES_LIMIT} rules.`);
    this.#rules = rules;
    let bounded = 0;
    rules.forEach(({ begins, continues, isBounded }, index) => {
      if (isBounded) bounded |= 1 << index;
      for (let byte = 0; byte < 256; byte++) {
        if (begins[byte] === 1) this.#begins[byte] = (this.#begins[byte] as number) | (1 << index);
        if (continues[byte] === 1) this.#continues[byte] = (this.#continues[byte] as number) | (1 << index);
      }
    });
    this.#bounded = bounded;
  }

  /**
   * The text from `start` to `end` with every secret replaced, valid until the next call; `null` when it holds none.
   * `isCut`: it was longer, and what its end leaves unfinished counts as a secret.
   */
  redact(text: Uint8Array, start: number, end: number, isCut: boolean): Uint8Array | null {
    const line = this.#line;
    line.text = text;
    line.start = start;
    line.end = end;
    line.isCut = isCut;
    const begins = this.#begins;
    const continues = this.#continues;
    let copied = start;
    let from = -1;
    let to = start;
    this.#length = 0;
    for (let at = start; at < end; at++) {
      let mask = begins[text[at] as number] as number;
      if (mask === 0) continue;
      if (at + 1 < end) mask &= continues[text[at + 1] as number] as number;
      if (mask === 0) continue;
      // Inside of what was found, only what may reach beyond it is of interest.
      if (at < to) mask &= this.#bounded;
      else line.start = to;
      if (mask === 0 || !this.#findAt(line, at, mask)) continue;
      const found = this.#span;
      if (from >= 0 && found.from > to) {
        this.#hide(text, copied, from);
        copied = to;
        from = -1;
      }
      from = from < 0 ? found.from : Math.min(from, found.from);
      to = Math.max(to, found.to);
    }
    line.text = MARK;
    if (from < 0 && this.#length === 0) return null;
    if (from >= 0) {
      this.#hide(text, copied, from);
      copied = to;
    }
    this.#put(text, copied, end);
    const output = this.#output.subarray(0, this.#length);
    if (this.#output.length > KEPT_BYTES) this.#output = new Uint8Array(FIRST_BYTES);
    return output;
  }

  /** The one that reaches furthest of the rules in `mask`, in whole characters. */
  #findAt(line: RuleText, at: number, mask: number): boolean {
    const span = this.#span;
    let from = -1;
    let to = -1;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const rule = this.#rules[31 - Math.clz32(rest & -rest)] as RedactionRule;
      if (!rule.find(line, at, span)) continue;
      from = from < 0 ? span.from : Math.min(from, span.from);
      to = Math.max(to, span.to);
    }
    if (to < 0) return false;
    const { text, start, end } = line;
    while (from > start && ((text[from] as number) & 0xc0) === 0x80) from--;
    while (to < end && ((text[to] as number) & 0xc0) === 0x80) to++;
    span.from = from;
    span.to = to;
    return true;
  }

  /** What stands before the secret, and the mark in its place. */
  #hide(text: Uint8Array, copied: number, from: number): void {
    this.#put(text, copied, from);
    this.#put(MARK, 0, MARK.length);
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#output.length) {
      const larger = new Uint8Array(Math.max(needed, this.#output.length * 2));
      larger.set(this.#output.subarray(0, this.#length));
      this.#output = larger;
    }
    this.#output.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
  }
}
