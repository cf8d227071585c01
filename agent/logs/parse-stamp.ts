/**
 * The engine's time stamps, parsed from bytes into two Numbers without allocating. The `timestamps=1` form is fixed
 * (`2006-01-02T15:04:05.000000000Z`), the json-file driver trims trailing zeros, Podman writes local time with an offset.
 */
import { BYTE_CLASS, DIGIT } from "./level/byte-class.ts";

/** Stamps outside these years do not fit into 64 bits of nanoseconds. */
const FIRST_YEAR = 1678;
const LAST_YEAR = 2261;
const DATE_TIME_BYTES = 19;
const NANO_DIGITS = 9;
const SCALE = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

/** One parser per source: it remembers the last date, so that only the first stamp of a day is converted by the calendar. */
export class StampParser {
  /** Of the last stamp parsed: whole seconds since the epoch, and 0 to 999,999,999. */
  seconds = 0;
  nanos = 0;
  #date = 0;
  #dateSeconds = 0;

  /** Parses the stamp that begins at `start`. Returns the offset behind it, or −1 when there is none. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= DATE_TIME_BYTES) return -1;
    const separators =
      (bytes[start + 4] as number) === 0x2d &&
      bytes[start + 7] === 0x2d &&
      bytes[start + 10] === 0x54 &&
      bytes[start + 13] === 0x3a &&
      bytes[start + 16] === 0x3a;
    if (!separators) return -1;
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
    const date = year * 10_000 + twoDigits(bytes, start + 5) * 100 + twoDigits(bytes, start + 8);
    const hour = twoDigits(bytes, start + 11);
    const minute = twoDigits(bytes, start + 14);
    const second = twoDigits(bytes, start + 17);
    // NaN from a byte that is no digit fails every comparison.
    if (!(hour < 24 && minute < 60 && second <= 60)) return -1;
    if (date !== this.#date && !this.#takeDate(date)) return -1;
    let at = start + DATE_TIME_BYTES;
    let nanos = 0;
    if (bytes[at] === 0x2e) {
      const fraction = ++at;
      while (at < end && BYTE_CLASS[bytes[at] as number] === DIGIT)
        nanos = nanos * 10 + ((bytes[at++] as number) - 0x30);
      const digits = at - fraction;
      if (digits === 0 || digits > NANO_DIGITS) return -1;
      nanos *= SCALE[digits] as number;
    }
    const zone = bytes[at];
    let offsetSeconds = 0;
    if (at < end && zone === 0x5a) at++;
    else {
      if (end - at < 6 || (zone !== 0x2b && zone !== 0x2d) || bytes[at + 3] !== 0x3a) return -1;
      const magnitude = twoDigits(bytes, at + 1) * 3600 + twoDigits(bytes, at + 4) * 60;
      if (!(magnitude < 86_400)) return -1;
      offsetSeconds = zone === 0x2d ? -magnitude : magnitude;
      at += 6;
    }
    this.seconds = this.#dateSeconds + hour * 3600 + minute * 60 + second - offsetSeconds;
    this.nanos = nanos;
    return at;
  }

  #takeDate(date: number): boolean {
    const year = Math.floor(date / 10_000);
    const month = Math.floor(date / 100) % 100;
    const day = date % 100;
    if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) return false;
    const instant = new Date(Date.UTC(year, month - 1, day));
    // A day that the month does not have would roll over into the next one.
    if (instant.getUTCMonth() !== month - 1 || instant.getUTCDate() !== day) return false;
    this.#date = date;
    this.#dateSeconds = instant.getTime() / 1000;
    return true;
  }
}

const twoDigits = (bytes: Uint8Array, at: number): number => {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : Number.NaN;
};
