const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const CONTINUATION_BYTES = [
  { from: 0xc2, to: 0xdf, following: 1 },
  { from: 0xe0, to: 0xef, following: 2 },
  { from: 0xf0, to: 0xf4, following: 3 },
] as const;

const decodeStrictly = (bytes: Uint8Array): string | undefined => {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * Text as the json-file driver stores it: each byte that does not belong to valid UTF-8 becomes one U+FFFD. (The web's
 * decoder replaces a whole broken sequence by one, Go's by one per byte.)
 */
export const repairUtf8 = (bytes: Uint8Array): string => {
  const whole = decodeStrictly(bytes);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const following = first < 0x80 ? 0 : CONTINUATION_BYTES.find((r) => first >= r.from && first <= r.to)?.following;
    const character =
      following === undefined || at + following >= bytes.length
        ? undefined
        : decodeStrictly(bytes.subarray(at, at + following + 1));
    text += character ?? "\u{fffd}";
    at += character === undefined ? 1 : (following ?? 0) + 1;
  }
  return text;
};
