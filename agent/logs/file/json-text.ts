/**
 * Decoding of JSON strings in place: the text is never longer than its escaped form, so it is written over it.
 * What is decoded equals what the engine itself would send: a surrogate without its other half is U+FFFD.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const FIRST_PRINTABLE = 0x20;
const REPLACEMENT = 0xfffd;
const UNICODE_BYTES = 6;

/** The byte that a two-byte escape stands for, by its second byte; 0 = no such escape. */
const ESCAPED = new Uint8Array(256);
for (const [letter, text] of Object.entries({
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
})) {
  ESCAPED[letter.charCodeAt(0)] = text.charCodeAt(0);
}

/** Where a decoded text ends in the buffer, and where its closing quote was. */
export class JsonText {
  textEnd = 0;
  quote = 0;

  /**
   * Decodes in place from `at` (a byte of the string, the first one with a backslash) to the closing quote, which MUST
   * come before `end` in a sound string. False: it is not JSON, and the bytes are spoilt.
   */
  decode(bytes: Uint8Array, at: number, end: number): boolean {
    let from = at;
    let to = at;
    while (from < end) {
      const byte = bytes[from] as number;
      if (byte === QUOTE) {
        this.textEnd = to;
        this.quote = from;
        return true;
      }
      if (byte !== BACKSLASH) {
        if (byte < FIRST_PRINTABLE) return false;
        bytes[to++] = byte;
        from++;
        continue;
      }
      const letter = bytes[from + 1] as number;
      if (letter !== LOWER_U) {
        const plain = ESCAPED[letter] as number;
        if (plain === 0) return false;
        bytes[to++] = plain;
        from += 2;
        continue;
      }
      const unit = hexUnit(bytes, from + 2);
      if (unit === -1) return false;
      from += UNICODE_BYTES;
      let point = unit;
      if (unit >= 0xd800 && unit <= 0xdfff) {
        point = REPLACEMENT;
        const low = bytes[from] === BACKSLASH && bytes[from + 1] === LOWER_U ? hexUnit(bytes, from + 2) : -1;
        if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
          point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          from += UNICODE_BYTES;
        }
      }
      to = writeUtf8(bytes, to, point);
    }
    return false;
  }
}

/** Four hex digits as a number; −1 when they are none. */
const hexUnit = (bytes: Uint8Array, at: number): number => {
  let unit = 0;
  for (let index = at; index < at + 4; index++) {
    const byte = bytes[index] ?? 0;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
};

const writeUtf8 = (bytes: Uint8Array, at: number, point: number): number => {
  let to = at;
  if (point < 0x80) bytes[to++] = point;
  else if (point < 0x800) {
    bytes[to++] = 0xc0 | (point >> 6);
    bytes[to++] = 0x80 | (point & 0x3f);
  } else if (point < 0x10000) {
    bytes[to++] = 0xe0 | (point >> 12);
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[to++] = 0x80 | (point & 0x3f);
  } else {
    bytes[to++] = 0xf0 | (point >> 18);
    bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[to++] = 0x80 | (point & 0x3f);
  }
  return to;
};
