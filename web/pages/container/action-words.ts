import { type Action, type ActionState, isSettled } from "@yardarm/protocol/action";
import { formatDuration, formatElapsed } from "../../format/duration.ts";
import type { StateLook } from "../../format/state-look.ts";
import { formatClock, formatClockMs, nsToMs } from "../../format/time.ts";
import type { ActionStep, SeenAction } from "../../live/action-store.ts";
import { graceOf } from "./stop-grace.ts";

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

/** The steps whose state alone does not say who did what. */
const STEP_NAMES: Partial<Readonly<Record<ActionState, string>>> = {
  accepted: "accepted by the agent",
  succeeded: "verified",
};

/** `accepted by the agent (+41 ms)`, with the time since the step before; the first one with its time of day. */
export const stepWords = (step: ActionStep, before: ActionStep | undefined): string => {
  const name = step.kind === "container" ? `container ${step.state}` : (STEP_NAMES[step.state] ?? step.state);
  return before === undefined
    ? `${name} ${formatClockMs(step.atMs)}`
    : `${name} (+${formatElapsed(step.atMs - before.atMs)})`;
};

/** What the end of an action means, or why there is none; `null` when the steps say it all. */
export const outcomeWords = ({ action }: SeenAction): string | null => {
  if (action.state === "unknown") {
    return "Nobody knows yet what became of it: its agent fell silent. It is settled when the agent is back.";
  }
  const late = action.late === true ? "Settled late, when the agent was back. " : "";
  if (action.error !== null) return late + action.error.message;
  if (action.state === "expired") return `${late}It came too late to be begun. Nothing was done.`;
  if (action.state !== "succeeded") return null;
  const health = HEALTH_WORDS[action.health ?? "none"];
  return late === "" && health === null ? null : `${late}${health ?? "It was carried out."}`;
};

const HEALTH_WORDS = {
  none: null,
  healthy: "The agent looked: it is healthy.",
  starting: "The agent looked: it runs; its health check has not said yet.",
  unhealthy: "The agent looked: it runs, and its health check fails.",
} as const;

/**
 * How far an action is that is under way, for `nowMs` of the hub's clock: how long it has been running and what that
 * waits for. `null` for what is settled or unknown.
 */
export const progressWords = ({ action, steps }: SeenAction, stopGraceSeconds: number | null, nowMs: number) => {
  if (isSettled(action.state) || action.state === "unknown") return null;
  const begun = steps.findLast((step) => step.kind === "action" && step.state === "running");
  if (begun === undefined) return waitingWords(action, nowMs);
  const elapsedMs = Math.max(0, nowMs - begun.atMs);
  const running = `Running for ${formatDuration(elapsedMs)}`;
  const graceSeconds = graceOf(action, stopGraceSeconds);
  if (graceSeconds === null) return `${running}.`;
  // A container that has ended is not waited for any more.
  if (steps.some((step) => step.kind === "container" && step.state !== "running" && step.atMs >= begun.atMs)) {
    return `${running}: the container has ended.`;
  }
  const leftMs = graceSeconds * 1_000 - elapsedMs;
  return leftMs > 0
    ? `${running}: the container may still end by itself for ${formatDuration(leftMs + 999)}.`
    : `${running}: its stop grace of ${graceSeconds} s is over, Docker kills it.`;
};

const waitingWords = (action: Action, nowMs: number): string => {
  const deadlineMs = nsToMs(action.deadlineNs ?? null);
  if (deadlineMs === null) return "On its way to the host.";
  return deadlineMs > nowMs
    ? `On its way to the host: it begins before ${formatClock(deadlineMs)}, or not at all.`
    : "It was not begun in time; the agent is asked what became of it.";
};
