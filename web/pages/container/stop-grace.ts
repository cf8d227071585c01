import type { Action } from "@yardarm/protocol/action";

/** Docker's own stop grace, where the container names none. */
const DEFAULT_GRACE_SECONDS = 10;

/** What follows "The stop …". A negative grace waits for ever. */
export const graceWords = (stopGraceSeconds: number | null): string => {
  const seconds = stopGraceSeconds ?? DEFAULT_GRACE_SECONDS;
  return seconds < 0
    ? "takes as long as its processes like: its stop grace has no end"
    : `may take up to ${seconds} s: its stop grace`;
};

/** How long this action waits for the container to end by itself, in seconds; `null` when it does not wait, or for ever. */
export const graceOf = (
  { verb, timeoutSeconds }: Pick<Action, "verb" | "timeoutSeconds">,
  stopGraceSeconds: number | null,
): number | null => {
  if (verb !== "STOP" && verb !== "RESTART") return null;
  const seconds = timeoutSeconds ?? stopGraceSeconds ?? DEFAULT_GRACE_SECONDS;
  return seconds < 0 ? null : seconds;
};
