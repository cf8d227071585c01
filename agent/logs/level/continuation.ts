/**
 * Lines that belong to the one before: stack frames, causes, wrapped and indented messages. They carry the level of the line
 * that they belong to, so that a level filter keeps whole traces. Every line is still emitted at once: only the past is looked at.
 */
import { ERROR, FATAL, type Level, UNKNOWN, WARN } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_LEVEL_SHIFT } from "@yardarm/protocol/log/line-flags";
import { BLANK, BYTE_CLASS, isDigit, isLetter, OTHER, startsWith, TAB } from "./byte-class.ts";
import { findLevel } from "./level-detector.ts";
import { CARRIED } from "./level-head.ts";

/**
 * What the lines before have begun: nothing; frames that one line at the margin ends (Python, Rust); goroutines, whose calls
 * stand at the margin.
 */
type Trace = "none" | "until-margin" | "goroutines";

/** What continues a trace at the margin, whatever the line before was. */
const CONTINUES: readonly string[] = [
  "Caused by: ",
  "Suppressed: ",
  "During handling of the above exception, ",
  "The above exception was the direct cause ",
  "goroutine ",
  "stack backtrace:",
  "Stack trace:",
  "note: run with `RUST_BACKTRACE",
];
const BEGINS_CONTINUES = new Uint8Array(256);
for (const text of CONTINUES) BEGINS_CONTINUES[text.charCodeAt(0)] = 1;

/** What a line of a trace begins with behind its indentation. */
const FRAMES: readonly string[] = ["at ", 'File "', "... ", "Caused by: ", "Suppressed: "];

const IS_CLOSING = new Uint8Array(256);
for (const char of "}]);,") IS_CLOSING[char.charCodeAt(0)] = 1;
/** Characters of an exception's name besides letters and digits. */
const IN_NAME = new Uint8Array(256);
for (const char of "._$") IN_NAME[char.charCodeAt(0)] = 1;
const NAME_BYTES = 200;
/** Widest indentation that is measured. */
const INDENT_BYTES = 1024;

/** Classifies the lines of one stream of one container, in order. */
export class LevelTracker {
  #parent: Level = UNKNOWN;
  #hasParent = false;
  #wasCarried = false;
  #trace: Trace = "none";

  /**
   * `flags` of the line from `start` to `end`, completed by its level and, where the line belongs to the one before it, by
   * `FLAG_CONTINUATION`. A line that has that flag already (the rest of a long line) carries the level in any case.
   */
  classify(flags: number, text: Uint8Array, start: number, end: number): number {
    if ((flags & FLAG_CONTINUATION) !== 0) return this.#carry(flags);
    const indent = indentOf(text, start, end);
    // A blank line neither ends a trace nor belongs to it.
    if (start + indent >= end) return flags;
    return indent === 0 ? this.#atMargin(flags, text, start, end) : this.#indented(flags, text, start, indent, end);
  }

  /** Forgets what was before: the source starts anew. */
  reset(): void {
    this.#parent = UNKNOWN;
    this.#hasParent = false;
    this.#wasCarried = false;
    this.#trace = "none";
  }

  #indented(flags: number, text: Uint8Array, start: number, indent: number, end: number): number {
    if (this.#hasParent && isFrame(text, start + indent, end)) return this.#carry(flags);
    const level = findLevel(text, start + indent, end);
    const isWrapped = level === CARRIED || (level === UNKNOWN && (indent > 1 || text[start] === TAB));
    if (isWrapped && this.#hasParent) return this.#carry(flags);
    return this.#own(flags, level === CARRIED ? UNKNOWN : level, "none");
  }

  #atMargin(flags: number, text: Uint8Array, start: number, end: number): number {
    if (this.#hasParent && this.#continuesAtMargin(text, start, end)) {
      if (startsWith(text, start, end, "goroutine ")) this.#trace = "goroutines";
      return this.#carry(flags);
    }
    if (isExceptionHeadline(text, start, end)) {
      const isCarried = this.#trace === "until-margin" || this.#parent >= WARN;
      if (isCarried) this.#trace = "none";
      return isCarried ? this.#carry(flags) : this.#own(flags, ERROR, "none");
    }
    const level = findLevel(text, start, end);
    if (level === CARRIED) return this.#hasParent ? this.#carry(flags) : this.#own(flags, UNKNOWN, "none");
    if (level !== UNKNOWN) {
      const isGoPanic =
        level === FATAL && (startsWith(text, start, end, "panic: ") || startsWith(text, start, end, "fatal error: "));
      return this.#own(flags, level, isGoPanic ? "goroutines" : "none");
    }
    return this.#unlevelled(flags, text, start, end);
  }

  /** A line at the margin that states no level. */
  #unlevelled(flags: number, text: Uint8Array, start: number, end: number): number {
    if (startsWith(text, start, end, "Traceback (most recent call last):")) {
      if (this.#parent < WARN) return this.#own(flags, ERROR, "until-margin");
      this.#trace = "until-margin";
      return this.#carry(flags);
    }
    if (isRustPanic(text, start, end)) {
      // Since Rust 1.73 the message has a line of its own.
      return this.#own(flags, FATAL, text[end - 1] === 0x3a ? "until-margin" : "none");
    }
    if (startsWith(text, start, end, "Exception in thread ") || startsWith(text, start, end, "Unhandled exception. ")) {
      return this.#own(flags, ERROR, "none");
    }
    if (this.#trace === "until-margin") {
      this.#trace = "none";
      return this.#carry(flags);
    }
    if (this.#trace === "goroutines" && isGoFrame(text, start, end)) return this.#carry(flags);
    return this.#own(flags, UNKNOWN, "none");
  }

  #continuesAtMargin(text: Uint8Array, start: number, end: number): boolean {
    const first = text[start] as number;
    if (BYTE_CLASS[first] === OTHER) {
      // PHP numbers its frames `#0 /app/index.php(12): run()`.
      if (first === 0x23) return this.#parent >= WARN && start + 1 < end && isDigit(text[start + 1]);
      return this.#wasCarried && isClosing(text, start, end);
    }
    if (BEGINS_CONTINUES[first] === 0) return false;
    for (const beginning of CONTINUES) if (startsWith(text, start, end, beginning)) return true;
    return false;
  }

  #carry(flags: number): number {
    this.#wasCarried = true;
    return flags | FLAG_CONTINUATION | (this.#parent << FLAG_LEVEL_SHIFT);
  }

  #own(flags: number, level: Level, trace: Trace): number {
    this.#parent = level;
    this.#hasParent = true;
    this.#wasCarried = false;
    this.#trace = trace;
    return flags | (level << FLAG_LEVEL_SHIFT);
  }
}

const indentOf = (text: Uint8Array, start: number, end: number): number => {
  let at = start;
  const limit = Math.min(end, start + INDENT_BYTES);
  while (at < limit && BYTE_CLASS[text[at] as number] === BLANK) at++;
  return at - start;
};

/** An indented line that can be nothing but part of a trace, whatever words it has. */
const isFrame = (text: Uint8Array, start: number, end: number): boolean =>
  FRAMES.some((beginning) => startsWith(text, start, end, beginning));

/** `name.of.SomeError: message` or the name alone, as uncaught and logged exceptions begin. */
const isExceptionHeadline = (text: Uint8Array, start: number, end: number): boolean => {
  if (!isLetter(text[start])) return false;
  const limit = Math.min(end, start + NAME_BYTES);
  let at = start;
  while (at < limit) {
    const byte = text[at] as number;
    const kind = BYTE_CLASS[byte];
    if (kind === BLANK || (kind === OTHER && IN_NAME[byte] === 0)) break;
    at++;
  }
  if (at < end && text[at] !== 0x3a) return false;
  // "Error: …" alone is a level that the line states; a name has something in front.
  return (
    (at - start > 5 && startsWith(text, at - 5, at, "Error")) ||
    (at - start > 9 && startsWith(text, at - 9, at, "Exception"))
  );
};

/** `thread 'main' panicked at …`. */
const isRustPanic = (text: Uint8Array, start: number, end: number): boolean => {
  const name = start + "thread '".length;
  if (!startsWith(text, start, end, "thread '")) return false;
  const limit = Math.min(end, name + NAME_BYTES);
  let at = name;
  while (at < limit && text[at] !== 0x27) at++;
  return startsWith(text, at, end, "' panicked at ");
};

/** `main.run(0x1, {…})`, `created by main.main in goroutine 1`, `exit status 2`, `[signal SIGSEGV…]`. */
const isGoFrame = (text: Uint8Array, start: number, end: number): boolean =>
  text[end - 1] === 0x29 ||
  startsWith(text, start, end, "created by ") ||
  startsWith(text, start, end, "exit status ") ||
  startsWith(text, start, end, "[signal ");

/** Nothing but closing brackets and what follows them. */
const isClosing = (text: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) if (IS_CLOSING[text[at] as number] === 0) return false;
  return true;
};
