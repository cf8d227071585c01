import type { ActionVerb } from "@yardarm/protocol/action";

const ENGINE_GRACE_SECONDS = 10;
/** What "for ever" stands for. */
const LONGEST_GRACE_SECONDS = 3_600;
const MARGIN_MS = 20_000;

export type Grace = {
  /** As a person asked for it. */
  readonly timeoutSeconds: number | null;
  /** The container's own: `null` is the engine's default of 10 s, a negative one waits for ever. */
  readonly stopGraceSeconds: number | null;
};

/** How long the container may take to end by itself; 0 for a verb that does not wait for that. */
export const graceSeconds = (verb: ActionVerb, { timeoutSeconds, stopGraceSeconds }: Grace): number => {
  if (verb !== "STOP" && verb !== "RESTART") return 0;
  const seconds = timeoutSeconds ?? stopGraceSeconds ?? ENGINE_GRACE_SECONDS;
  return seconds < 0 ? LONGEST_GRACE_SECONDS : Math.min(seconds, LONGEST_GRACE_SECONDS);
};

/** How long a command may take: the grace that the engine will give the container, and a margin for everything else. */
export const commandTimeToLiveMs = (verb: ActionVerb, grace: Grace): number =>
  graceSeconds(verb, grace) * 1000 + MARGIN_MS;
