import { noise } from "../noise.ts";

/** What a container uses. Constant where a number is given; otherwise it wanders around `base` by up to `swing`. */
export interface Load {
  readonly cpuCores: Wander;
  readonly memoryBytes: Wander;
  readonly networkRxBytesPerSecond: Wander;
  readonly networkTxBytesPerSecond: Wander;
  readonly blockReadBytesPerSecond: Wander;
  readonly blockWriteBytesPerSecond: Wander;
  readonly pids: number;
}

export interface Wander {
  readonly base: number;
  /** At most `base`, so that nothing ever runs backwards. */
  readonly swing: number;
}

export const steady = (base: number): Wander => ({ base, swing: 0 });

const MIB = 1024 * 1024;

/** A small service that is almost idle. */
export const IDLE_LOAD: Load = {
  cpuCores: { base: 0.004, swing: 0.002 },
  memoryBytes: { base: 24 * MIB, swing: MIB },
  networkRxBytesPerSecond: { base: 400, swing: 200 },
  networkTxBytesPerSecond: { base: 300, swing: 150 },
  blockReadBytesPerSecond: steady(0),
  blockWriteBytesPerSecond: { base: 200, swing: 200 },
  pids: 6,
};

/** Each swing lasts one of these, in seconds; together they look restless without ever repeating visibly. */
const SLOW_SECONDS = 420;
const FAST_SECONDS = 17;
const TURN = 2 * Math.PI;

/**
 * The wandering value at a time: a slow wave, and in each 17 s one full fast wave of random height. Both waves are
 * integrable in closed form, so that counters can be computed for any time without having been sampled before.
 */
export const valueAt = (wander: Wander, seed: number, seconds: number): number => {
  const slow = Math.sin((TURN * seconds) / SLOW_SECONDS + noise(seed, -1) * TURN);
  const cell = Math.floor(seconds / FAST_SECONDS);
  const fast = Math.sin(TURN * (seconds / FAST_SECONDS - cell)) * (noise(seed, cell) * 2 - 1);
  return wander.base + wander.swing * (0.6 * slow + 0.4 * fast);
};

/** The integral of `valueAt` from 0 to `seconds`, for `seconds` ≥ 0: never falls while |swing| ≤ base. */
export const integralTo = (wander: Wander, seed: number, seconds: number): number => {
  const phase = noise(seed, -1) * TURN;
  const slow = ((Math.cos(phase) - Math.cos((TURN * seconds) / SLOW_SECONDS + phase)) * SLOW_SECONDS) / TURN;
  const cell = Math.floor(seconds / FAST_SECONDS);
  const within = seconds / FAST_SECONDS - cell;
  const fast = ((1 - Math.cos(TURN * within)) * (noise(seed, cell) * 2 - 1) * FAST_SECONDS) / TURN;
  return wander.base * seconds + wander.swing * (0.6 * slow + 0.4 * fast);
};
