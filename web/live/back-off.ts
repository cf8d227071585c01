/** Waiting times between attempts of a browser to reach the hub: full jitter over a window that doubles. */

const FIRST_MS = 1_000;
/** A person is looking: shorter than an agent's limit. */
const LIMIT_MS = 15_000;
const LEAST_MS = 250;

/** Wait before attempt `attempt` (1 = first retry). `random` yields 0 (inclusive) to 1 (exclusive). */
export const backOffMs = (attempt: number, random: () => number): number => {
  const window = Math.min(LIMIT_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.max(LEAST_MS, Math.round(window * random()));
};
