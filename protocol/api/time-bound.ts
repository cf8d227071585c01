import { z } from "zod";
import { nsFromInstant, parseRfc3339 } from "../time.ts";

/** A point in time as people give it to `since`, `until` and `ts`: absolute, or so long before now. */
export type TimeBound = { readonly kind: "at"; readonly ns: bigint } | { readonly kind: "ago"; readonly ns: bigint };

const NS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};
const NANOSECONDS = /^-?\d{1,19}$/;
const DURATION = /^(?:\d{1,9}(?:ms|[smhdw]))+$/;
const PART = /(\d+)(ms|[smhdw])/g;

/** Reads RFC 3339, ns since the epoch, or a duration such as `15m` or `1h30m`; `undefined` when the text is none of them. */
export const parseTimeBound = (text: string): TimeBound | undefined => {
  if (NANOSECONDS.test(text)) return { kind: "at", ns: BigInt(text) };
  if (DURATION.test(text)) {
    let ns = 0n;
    for (const [, count = "0", unit = "s"] of text.matchAll(PART)) ns += BigInt(count) * (NS_PER_UNIT[unit] ?? 0n);
    return { kind: "ago", ns };
  }
  const instant = parseRfc3339(text);
  return instant === undefined ? undefined : { kind: "at", ns: nsFromInstant(instant) };
};

const EARLIEST_NS = -(2n ** 63n);
const LATEST_NS = 2n ** 63n - 1n;

/** The instant that a bound means at `nowNs`, within 64 bits. */
export const nsOfBound = (bound: TimeBound, nowNs: bigint): bigint => {
  const ns = bound.kind === "at" ? bound.ns : nowNs - bound.ns;
  if (ns < EARLIEST_NS) return EARLIEST_NS;
  return ns > LATEST_NS ? LATEST_NS : ns;
};

export const timeBoundSchema: z.ZodType<TimeBound, string> = z
  .string()
  .max(64)
  .transform((text, context) => {
    const bound = parseTimeBound(text);
    if (bound !== undefined) return bound;
    context.addIssue({
      code: "custom",
      message: "give a time such as 2026-01-02T03:04:05Z, a duration such as 15m, or nanoseconds",
    });
    return z.NEVER;
  });
