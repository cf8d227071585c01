/** The engine's times as nanoseconds since the epoch. */
import { nsFromInstant, parseRfc3339 } from "@yardarm/protocol/time";

/** `null` for the engine's zero time (year 0001), which means "never", for anything malformed and beyond 64 bits. */
export const parseTimestampNs = (text: string): bigint | null => {
  const instant = parseRfc3339(text);
  const ns = instant === undefined ? null : nsFromInstant(instant);
  return ns === null || BigInt.asIntN(64, ns) !== ns ? null : ns;
};

const NS_PER_SECOND = 1_000_000_000n;

/** `seconds.nanoseconds`, the form in which `since` and `until` are exact. Times before the epoch become 0. */
export const toSinceParameter = (ns: bigint): string => {
  const clamped = ns < 0n ? 0n : ns;
  return `${clamped / NS_PER_SECOND}.${(clamped % NS_PER_SECOND).toString().padStart(9, "0")}`;
};
