import type { ActionVerb } from "@yardarm/protocol/action";

const ENGINE_GRACE_SECONDS = 10;
const MARGIN_MS = 20_000;

/**
 * How long a command may take: the grace that the engine will give the container, and a margin for everything else.
 * `stopGraceSeconds` is the container's own, `null` the engine's default of 10 s; a negative one waits for ever, which
 * an hour stands for.
 */
export const commandTimeToLiveMs = (
  verb: ActionVerb,
  options: { readonly timeoutSeconds: number | null; readonly stopGraceSeconds: number | null },
): number => {
  if (verb !== "STOP" && verb !== "RESTART") return MARGIN_MS;
  const graceSeconds = options.timeoutSeconds ?? options.stopGraceSeconds ?? ENGINE_GRACE_SECONDS;
  return (graceSeconds < 0 ? 3600 : graceSeconds) * 1000 + MARGIN_MS;
};
