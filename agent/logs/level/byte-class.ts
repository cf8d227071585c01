/** Classes of ASCII bytes for the scanners of this folder; every byte above 127 is `OTHER`. */
export const OTHER = 0;
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 3;
export const BLANK = 4;

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const ESC = 0x1b;

export const BYTE_CLASS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  return byte === 0x20 || byte === TAB ? BLANK : OTHER;
});

export const isLetter = (byte: number | undefined): boolean => {
  const kind = BYTE_CLASS[byte ?? 0];
  return kind === LOWER || kind === UPPER;
};

export const isDigit = (byte: number | undefined): boolean => BYTE_CLASS[byte ?? 0] === DIGIT;

/** True when the bytes at `at` are those of the ASCII `text`. */
export const startsWith = (bytes: Uint8Array, at: number, end: number, text: string): boolean => {
  if (end - at < text.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
};

/** The offset behind blanks and ANSI escape sequences (`ESC [ … letter`) that begin at `at`. */
export const skipBlanks = (bytes: Uint8Array, at: number, end: number): number => {
  let next = at;
  while (next < end) {
    const byte = bytes[next] as number;
    if (byte === ESC) next = skipEscape(bytes, next, end);
    else if (BYTE_CLASS[byte] === BLANK) next++;
    else break;
  }
  return next;
};

/** The offset behind the escape sequence that begins at `at`; a bare ESC is skipped alone. */
export const skipEscape = (bytes: Uint8Array, at: number, end: number): number => {
  if (bytes[at + 1] !== 0x5b) return at + 1;
  let next = at + 2;
  // Parameters and intermediates are 0x20–0x3f, the final byte is 0x40–0x7e.
  while (next < end && (bytes[next] as number) >= 0x20 && (bytes[next] as number) < 0x40) next++;
  return Math.min(end, next + 1);
};
