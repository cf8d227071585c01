/** Removes terminal escape sequences from lines of text, as bytes: what a reader does not see is not searched. */

const ESC = 0x1b;
const BEL = 0x07;
const CSI = 0x5b;
const OSC = 0x5d;
const BACKSLASH = 0x5c;

/** Text of many lines without separators: line i is `text` from entry i to entry i + 1 of `textOffsets`. */
export interface LineText {
  readonly text: Uint8Array;
  readonly textOffsets: Uint32Array;
}

export const hasEscapes = (text: Uint8Array): boolean => text.includes(ESC);

/** The same lines without their escape sequences; a sequence that does not end goes to the end of its line. */
export const stripEscapes = ({ text, textOffsets }: LineText): LineText => {
  const kept = new Uint8Array(text.length);
  const offsets = new Uint32Array(textOffsets.length);
  let at = 0;
  for (let line = 0; line + 1 < textOffsets.length; line++) {
    const end = textOffsets[line + 1] as number;
    let from = textOffsets[line] as number;
    while (from < end) {
      const byte = text[from] as number;
      if (byte === ESC) {
        from = sequenceEnd(text, from, end);
      } else {
        kept[at++] = byte;
        from += 1;
      }
    }
    offsets[line + 1] = at;
  }
  return { text: kept.subarray(0, at), textOffsets: offsets };
};

/** Behind the escape sequence that begins at `start`. */
const sequenceEnd = (text: Uint8Array, start: number, end: number): number => {
  const introducer = text[start + 1];
  if (start + 1 >= end || introducer === undefined) return end;
  if (introducer === CSI) return behindFinal(text, start + 2, end, 0x40);
  if (introducer === OSC) return behindString(text, start + 2, end);
  // ESC, intermediates, one final byte; anything else is a lone ESC.
  if (introducer < 0x20 || introducer > 0x7e) return start + 1;
  return behindFinal(text, start + 1, end, 0x30);
};

const behindFinal = (text: Uint8Array, start: number, end: number, lowest: number): number => {
  for (let at = start; at < end; at++) {
    const byte = text[at] as number;
    if (byte >= lowest && byte <= 0x7e) return at + 1;
    if (byte < 0x20 || byte > 0x7e) return at; // no sequence has it: what follows is text
  }
  return end;
};

const behindString = (text: Uint8Array, start: number, end: number): number => {
  for (let at = start; at < end; at++) {
    if (text[at] === BEL) return at + 1;
    if (text[at] === ESC && text[at + 1] === BACKSLASH && at + 1 < end) return at + 2;
  }
  return end;
};
