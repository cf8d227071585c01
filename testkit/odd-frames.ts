import type { Random } from "./random.ts";

/** A frame as it goes on a WebSocket: text, or binary. */
export type OddFrame = string | Uint8Array;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What frames are made from: honest messages, and identifiers that somebody could guess or have seen. */
export interface OddFrameSource {
  readonly messages: readonly object[];
  readonly ids: readonly string[];
}

/** One frame: a share of them nearly honest or garbage, the others honest; the same for the same seed. */
export const oddFrame = (random: Random, { messages, ids }: OddFrameSource, oddShare: number): OddFrame => {
  const dice = random.chance(oddShare) ? random.next() : 0;
  const message = random.pick(messages) as { readonly [key: string]: Json };
  if (dice < 0.35) return JSON.stringify(withIds(message, random, ids));
  if (dice < 0.65) return JSON.stringify(mutated(withIds(message, random, ids), random, ids));
  if (dice < 0.75) return brokenText(JSON.stringify(message), random);
  if (dice < 0.95) return binaryFrame(random);
  return random.bytes(random.int(0, 400));
};

const withIds = (value: Json, random: Random, ids: readonly string[]): Json => {
  if (typeof value === "string") return /^[a-z]{3}_\w+$/.test(value) ? random.pick(ids) : value;
  if (Array.isArray(value)) return value.map((entry: Json) => withIds(entry, random, ids));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withIds(entry, random, ids)]));
};

/** One place of the value, at any depth, is replaced, left out or doubled. */
const mutated = (value: Json, random: Random, ids: readonly string[]): Json => {
  if (value === null || typeof value !== "object" || random.chance(0.2)) return odd(random, ids);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return [...value, ...value, odd(random, ids)];
    const at = random.int(0, value.length - 1);
    return value.map((entry: Json, index) => (index === at ? mutated(entry, random, ids) : entry));
  }
  const entries = Object.entries(value);
  const at = random.int(0, entries.length - 1);
  if (random.chance(0.15)) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return Object.fromEntries(
    entries.map(([key, entry], index) => [key, index === at ? mutated(entry as Json, random, ids) : entry]),
  );
};

const odd = (random: Random, ids: readonly string[]): Json =>
  random.pick<() => Json>([
    () => null,
    () => true,
    () => -1,
    () => 0,
    () => 2 ** 53,
    () => 1e308,
    () => 0.5,
    () => "",
    () => "\u0000\ud800",
    () => "x".repeat(random.pick([65, 300, 5_000])),
    () => "9".repeat(40),
    () => random.pick(ids),
    () => [],
    () => Array.from({ length: random.pick([1, 600]) }, () => random.pick(ids)),
    () => ({ ["__proto__"]: 1, constructor: null }),
    () => JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as Json,
  ])();

const brokenText = (text: string, random: Random): string => {
  const at = random.int(0, text.length);
  if (random.chance(0.5)) return text.slice(0, at);
  return `${text.slice(0, at)}${random.pick(['"', "{", "\u0000", "\ufeff", "}}", "[", "\\u"])}${text.slice(at)}`;
};

/** `u8 kind, u32 alias (little-endian), payload`, with an alias that somebody may have. */
const binaryFrame = (random: Random): Uint8Array => {
  const payload = random.bytes(random.int(0, random.pick([4, 64, 600])));
  const frame = Buffer.alloc(5 + payload.length);
  frame.writeUInt8(random.int(0, 4), 0);
  frame.writeUInt32LE(random.pick([0, 1, 2, 3, 4, 5, 2 ** 32 - 1]), 1);
  frame.set(payload, 5);
  return frame;
};
