/** A second agent comes back every half minute for as long as it runs: after a day without one it is gone. */
const RECENT_MS = 24 * 3_600_000;

/** True while a second agent of a host was refused not long ago; `null`: never. */
export const isCloneRecent = (ageMs: number | null): ageMs is number => ageMs !== null && ageMs < RECENT_MS;
