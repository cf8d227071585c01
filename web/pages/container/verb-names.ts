import type { ActionVerb } from "@yardarm/protocol/action";

/** Each verb as it stands on a button. */
export const VERB_NAMES: Readonly<Record<ActionVerb, string>> = {
  START: "Start",
  STOP: "Stop",
  RESTART: "Restart",
  PAUSE: "Pause",
  UNPAUSE: "Resume",
  KILL: "Kill",
};
