import { randomInt } from "node:crypto";

/**
 * Seeds of a fuzz test: the named ones, which always run, and under `npm run soak` as many random ones as it asks for.
 * The seed stands in the test's title; one that fails becomes a named one.
 */
export const fuzzSeeds = (named: readonly number[]): readonly number[] => {
  const extra = Number(process.env.SOAK_SEEDS ?? 0);
  return [...named, ...Array.from({ length: extra }, () => randomInt(2 ** 32))];
};
