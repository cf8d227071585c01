/** Instants to the nanosecond: RFC 3339 in public text, decimal strings on the wire, BigInt or two Numbers in code. */

/** Whole seconds since the epoch (negative before it) and 0 to 999,999,999 nanoseconds after them. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Parses an RFC 3339 time with up to 9 digits of fraction and any offset; `undefined` when the text is none. */
export const parseRfc3339 = (text: string): Instant | undefined => {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] = match;
  const [, , , , , , , , sign, offsetHours = "0", offsetMinutes = "0"] = match;
  if (+hour > 23 || +minute > 59 || +second > 60 || +offsetHours > 23 || +offsetMinutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(+year, +month - 1, +day);
  // A day that the month does not have would roll over into the next one.
  if (date.getUTCMonth() !== +month - 1 || date.getUTCDate() !== +day) return undefined;
  const offsetSeconds = (sign === "-" ? -1 : 1) * (+offsetHours * 3600 + +offsetMinutes * 60);
  const seconds = date.getTime() / 1000 + +hour * 3600 + +minute * 60 + +second - offsetSeconds;
  return { seconds, nanos: +fraction.padEnd(9, "0") };
};

/** ns since the epoch of an instant. */
export const nsFromInstant = (instant: Instant): bigint =>
  BigInt(instant.seconds) * NANOS_PER_SECOND + BigInt(instant.nanos);

/** The instant of ns since the epoch. */
export const instantFromNs = (ns: bigint): Instant => {
  const nanos = ((ns % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  return { seconds: Number((ns - nanos) / NANOS_PER_SECOND), nanos: Number(nanos) };
};

/** RFC 3339 in UTC with exactly 9 digits of fraction. Throws `RangeError` beyond the years of a `Date`; 64-bit values never are. */
export const rfc3339FromNs = (ns: bigint): string => {
  const { seconds, nanos } = instantFromNs(ns);
  const whole = new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
  return `${whole}.${String(nanos).padStart(9, "0")}Z`;
};
