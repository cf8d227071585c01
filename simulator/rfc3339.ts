import { NS_PER_SECOND } from "./clock.ts";

/** How the engine writes "never". */
export const NEVER = "0001-01-01T00:00:00Z";

let lastSecond = -1n;
let lastPrefix = "";

const secondPrefix = (seconds: bigint): string => {
  if (seconds !== lastSecond) {
    lastSecond = seconds;
    lastPrefix = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  }
  return lastPrefix;
};

/** Fixed width, 9 fractional digits, UTC: the stamp in front of a log message (30 characters). */
export const logStamp = (tsNs: bigint): string => {
  const seconds = tsNs / NS_PER_SECOND;
  return `${secondPrefix(seconds)}.${(tsNs % NS_PER_SECOND).toString().padStart(9, "0")}Z`;
};

/** Go's RFC3339Nano, as in inspect and stats: trailing zeros of the fraction are left out. */
export const goTime = (tsNs: bigint): string => {
  const seconds = tsNs / NS_PER_SECOND;
  const fraction = (tsNs % NS_PER_SECOND).toString().padStart(9, "0").replace(/0+$/, "");
  return `${secondPrefix(seconds)}${fraction === "" ? "" : `.${fraction}`}Z`;
};

/** `seconds[.nanoseconds]` as the engine takes it in `since` and `until`, or undefined when it is neither that nor a date. */
export const parseEngineTime = (text: string): bigint | undefined => {
  const match = /^(-?\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (match?.[1] !== undefined) return BigInt(match[1]) * NS_PER_SECOND + BigInt((match[2] ?? "").padEnd(9, "0"));
  const dated = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (dated?.[1] === undefined) return undefined;
  return BigInt(Date.parse(`${dated[1]}Z`)) * 1_000_000n + BigInt((dated[2] ?? "").padEnd(9, "0"));
};
