import { type ActionVerb, isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import { containerCan, isGuarded, protectionByLabel } from "@yardarm/protocol/container-can";
import type { Host } from "@yardarm/protocol/host";
import { formatDuration } from "../../format/duration.ts";
import type { SeenAction } from "../../live/action-store.ts";

/** May this person do this to this container now, and if not, why. The hub and the agent decide; this explains beforehand. */

export type ActionVerdict =
  /** `typedName`: the container's name has to be typed, because it is protected or Yardarm's own. */
  { readonly allowed: true; readonly typedName: string | null } | { readonly allowed: false; readonly reason: string };

export type VerdictFacts = {
  readonly container: Container;
  readonly host: Host | undefined;
  readonly isConnected: boolean;
  readonly mayAct: boolean;
  readonly mayOverride: boolean;
  readonly role: string;
  readonly newestAction: SeenAction | undefined;
  /** How long the host has been silent, in milliseconds; `null` when unknown. */
  readonly silentMs: number | null;
};

const refuse = (reason: string): ActionVerdict => ({ allowed: false, reason });

/** What stops people's work; the agent's own container needs the same care as a protected one. */
const DISRUPTIVE: readonly ActionVerb[] = ["STOP", "RESTART", "KILL", "PAUSE"];

export const judgeAction = (verb: ActionVerb, facts: VerdictFacts): ActionVerdict => {
  const { container, host } = facts;
  if (container.removedAtNs !== null) return refuse("The container has been removed.");
  if (!facts.mayAct) return refuse(`Your role (${facts.role}) may look, but not act.`);
  if (!facts.isConnected) return refuse("Not connected to the hub.");
  if (host === undefined || host.status === "offline") {
    const since = facts.silentMs === null ? "" : ` for ${formatDuration(facts.silentMs)}`;
    return refuse(`The host has not answered${since}.`);
  }
  if (host.engine?.state === "unreachable") return refuse("The agent cannot reach the container engine.");
  const newest = facts.newestAction?.action;
  if (newest !== undefined && !isSettled(newest.state) && newest.state !== "unknown") {
    return refuse(`${VERB_WORDS[newest.verb].noun} is still under way.`);
  }
  const legal = containerCan(verb, container.state);
  if (!legal.allowed) return refuse(legal.reason);
  const isOwn = container.isAgent && DISRUPTIVE.includes(verb);
  if (isOwn || isGuarded(protectionByLabel(container.labels), verb)) {
    if (!facts.mayOverride) {
      return refuse(
        isOwn ? "This is Yardarm's own agent; only an admin may." : "Protected by a label; only an admin may.",
      );
    }
    return { allowed: true, typedName: container.name };
  }
  return { allowed: true, typedName: null };
};

/** Each verb as it stands on a button, in a sentence, and while it happens. */
export const VERB_WORDS: Readonly<
  Record<ActionVerb, { readonly verb: string; readonly noun: string; readonly doing: string }>
> = {
  START: { verb: "Start", noun: "A start", doing: "Starting" },
  STOP: { verb: "Stop", noun: "A stop", doing: "Stopping" },
  RESTART: { verb: "Restart", noun: "A restart", doing: "Restarting" },
  PAUSE: { verb: "Pause", noun: "A pause", doing: "Pausing" },
  UNPAUSE: { verb: "Resume", noun: "A resumption", doing: "Resuming" },
  KILL: { verb: "Kill", noun: "A kill", doing: "Killing" },
};

/** Docker's own stop grace, where the container names none. */
const DEFAULT_GRACE_SECONDS = 10;

/** What follows from the action, said before it is done. */
export const consequence = (verb: ActionVerb, container: Container): string => {
  const graceSeconds = container.stopGraceSeconds ?? DEFAULT_GRACE_SECONDS;
  const grace = `may take up to ${graceSeconds} s: its stop grace`;
  switch (verb) {
    case "START":
      return "The container's main process is started.";
    case "STOP":
      return `The container is asked to end, then killed. This ${grace}. It stays down until somebody starts it.`;
    case "RESTART":
      return `The container is stopped and started again. The stop ${grace}.`;
    case "PAUSE":
      return "All its processes are frozen where they are. Connections stay open and time out.";
    case "UNPAUSE":
      return "Its processes go on where they were frozen.";
    case "KILL":
      return "Its processes end at once, without a chance to save anything.";
  }
};
