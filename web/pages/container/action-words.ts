import type { ActionState } from "@yardarm/protocol/action";
import { formatElapsed } from "../../format/duration.ts";
import type { StateLook } from "../../format/state-look.ts";
import { formatClockMs } from "../../format/time.ts";
import type { ActionStep, SeenAction } from "../../live/action-store.ts";

/** An action's course in words. */

const LOOKS: Readonly<Record<ActionState, StateLook>> = {
  requested: { icon: "half-dot", word: "Requested", tone: "warn" },
  sent: { icon: "half-dot", word: "Sent", tone: "warn" },
  accepted: { icon: "half-dot", word: "Accepted", tone: "warn" },
  running: { icon: "half-dot", word: "Running", tone: "warn" },
  succeeded: { icon: "dot", word: "Done", tone: "ok" },
  failed: { icon: "cross", word: "Failed", tone: "danger" },
  rejected: { icon: "cross", word: "Rejected", tone: "danger" },
  expired: { icon: "clock", word: "Expired", tone: "danger" },
  unknown: { icon: "question", word: "Unknown", tone: "warn" },
};

export const actionLook = (state: ActionState): StateLook => LOOKS[state];

/** `accepted (41 ms)`, with the time since the step before; the first one with its time of day. */
export const stepWords = (step: ActionStep, before: ActionStep | undefined): string => {
  const name = step.kind === "container" ? `container ${step.state}` : step.state;
  return before === undefined
    ? `${name} ${formatClockMs(step.atMs)}`
    : `${name} (+${formatElapsed(step.atMs - before.atMs)})`;
};

/** What an unsettled or refused action means; `null` when the steps say it all. */
export const outcomeWords = ({ action }: SeenAction): string | null => {
  if (action.error !== null) return action.error.message;
  if (action.state === "unknown") return "The agent fell silent. What became of it is asked as soon as it is back.";
  return null;
};
