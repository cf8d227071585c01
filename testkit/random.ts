/** Seeded randomness: the same seed always gives the same sequence. Not for secrets. */
export interface Random {
  /** The seed to print when a test fails. */
  readonly seed: number;
  /** Uniform in [0, 1). */
  next(): number;
  /** An integer in [low, high]. */
  int(low: number, high: number): number;
  /** True with a probability in [0, 1]. */
  chance(probability: number): boolean;
  /** One element. @throws RangeError for an empty list */
  pick<T>(items: readonly T[]): T;
  /** A new list in random order. */
  shuffle<T>(items: readonly T[]): T[];
  bytes(count: number): Uint8Array;
  /** A generator of its own that depends only on this one's seed and the name, not on how much was drawn before. */
  fork(name: string): Random;
}

/** A generator for a seed (32 bits of it are used). The algorithm is Marsaglia's xorshift128 with a mixed seed. */
export const createRandom = (seed: number): Random => {
  const wordOf = (salt: number): number => mix((seed >>> 0) ^ Math.imul(salt, 0x9e3779b9)) >>> 0;
  let [x, y, z, w] = [wordOf(1), wordOf(2), wordOf(3), wordOf(4)];
  const draw = (): number => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = (w ^ (w >>> 19) ^ (t ^ (t >>> 8))) >>> 0;
    return w;
  };
  const next = (): number => draw() / 0x1_0000_0000;
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => {
    const index = int(0, items.length - 1);
    if (!(index in items)) throw new RangeError("pick needs a list that is not empty");
    return items[index] as T;
  };
  return {
    seed: seed >>> 0,
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    shuffle: (items) => {
      const left = [...items];
      return items.map(() => left.splice(int(0, left.length - 1), 1)[0] as (typeof items)[number]);
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => draw() & 0xff),
    fork: (name) =>
      createRandom(
        Array.from(name, (letter) => letter.codePointAt(0) ?? 0).reduce((hash, code) => mix(hash ^ code), mix(seed)),
      ),
  };
};

const mix = (value: number): number => {
  let hash = (value + 0x6d2b79f5) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), hash | 1);
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
  return (hash ^ (hash >>> 14)) >>> 0;
};
