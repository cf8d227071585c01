import { createHash } from "node:crypto";

/**
 * Randomness without state: the same seed and position always give the same value, so that figures and log lines can be
 * made when somebody asks, in any order, and nothing has to be kept.
 */

/** A uniform value in [0, 1) for a position under a seed (two rounds of a 32-bit integer mixer). */
export const noise = (seed: number, position: number): number => {
  let hash =
    (seed ^ Math.imul(position | 0, 0x9e3779b1) ^ Math.imul(Math.floor(position / 0x1_0000_0000), 0x85ebca6b)) | 0;
  for (let round = 0; round < 2; round++) {
    hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) / 0x1_0000_0000;
};

/** A 32-bit seed from words, for example engine seed and container name. */
export const seedFrom = (...parts: readonly (string | number)[]): number =>
  createHash("sha256").update(parts.join("\u0000")).digest().readUInt32LE(0);

/** 64 hex digits from words: the form of the engine's own ids. */
export const hexFrom = (...parts: readonly (string | number)[]): string =>
  createHash("sha256").update(parts.join("\u0000")).digest("hex");

/** An integer in [low, high]. */
export const noiseInt = (seed: number, position: number, low: number, high: number): number =>
  low + Math.floor(noise(seed, position) * (high - low + 1));

/** One element of a list that is not empty. */
export const noisePick = <T>(seed: number, position: number, items: readonly T[]): T => {
  const item = items[noiseInt(seed, position, 0, items.length - 1)];
  if (item === undefined) throw new RangeError("noisePick needs a list that is not empty");
  return item;
};
