/** The stamp in front of every message: RFC 3339 with nine digits, and a space. Docker writes UTC, Podman the local zone. */

/** `2026-01-02T03:04:05.123456789Z ` */
export const UTC_STAMP_BYTES = 31;
/** `2026-01-02T03:04:05.123456789+01:00 ` */
const ZONED_STAMP_BYTES = 36;

const DIGITS = "dddd-dd-ddTdd:dd:dd.ddddddddd";
const [D, Z, PLUS, MINUS, SPACE] = Buffer.from("dZ+- ");
const PATTERN = Buffer.from(DIGITS);

/**
 * Length of the stamp that begins at `at`, with its space: `UTC_STAMP_BYTES`, `ZONED_STAMP_BYTES`, 0 when there is
 * none, or `null` when `bytes` ends before that is certain.
 */
export const stampLengthAt = (bytes: Buffer, at: number): number | null => {
  for (let index = 0; index < PATTERN.length; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    const wanted = PATTERN[index];
    const fits = wanted === D ? byte >= 0x30 && byte <= 0x39 : byte === wanted;
    if (!fits) return 0;
  }
  const zone = bytes[at + PATTERN.length];
  const length = zone === Z ? UTC_STAMP_BYTES : zone === PLUS || zone === MINUS ? ZONED_STAMP_BYTES : 0;
  if (zone === undefined) return null;
  const last = length === 0 ? SPACE : bytes[at + length - 1];
  if (last === undefined) return null;
  return last === SPACE ? length : 0;
};
