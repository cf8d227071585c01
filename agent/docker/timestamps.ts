/** The engine's RFC 3339 times as nanoseconds since the epoch. */
const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** `null` for anything malformed and for the engine's zero time (year 0001), which means "never". */
export const parseTimestampNs = (text: string): bigint | null => {
  const match = SHAPE.exec(text);
  if (match === null || text.startsWith("0001-")) return null;
  const ms = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
};

const NS_PER_SECOND = 1_000_000_000n;

/** `seconds.nanoseconds`, the form in which `since` and `until` are exact. Times before the epoch become 0. */
export const toSinceParameter = (ns: bigint): string => {
  const clamped = ns < 0n ? 0n : ns;
  return `${clamped / NS_PER_SECOND}.${(clamped % NS_PER_SECOND).toString().padStart(9, "0")}`;
};
