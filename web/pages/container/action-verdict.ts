import { type ActionVerb, isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import { containerCan, isGuarded } from "@yardarm/protocol/container-can";
import type { Host, HostPolicy } from "@yardarm/protocol/host";
import { formatDuration } from "../../format/duration.ts";
import type { SeenAction } from "../../live/action-store.ts";
import { protectionHere } from "../lock.ts";
import { graceWords } from "./stop-grace.ts";
import { VERB_NAMES } from "./verb-names.ts";

/** May this person do this to this container now, and if not, why. The hub and the agent decide; this explains beforehand. */

export type ActionVerdict =
  /** `typedName`: the container's name has to be typed, because it is protected or Yardarm's own; `why` says which. */
  | { readonly allowed: true; readonly typedName: string | null; readonly why: string | null }
  | { readonly allowed: false; readonly reason: string };

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

export const judgeAction = (verb: ActionVerb, facts: VerdictFacts): ActionVerdict => {
  const { container, host } = facts;
  if (container.removedAtNs !== null) return refuse("The container has been removed.");
  if (!facts.mayAct) return refuse(`Your role (${facts.role}) may look, but not act.`);
  if (!facts.isConnected) return refuse("Not connected to the hub.");
  if (host === undefined || host.status === "offline") {
    const since = facts.silentMs === null ? "" : ` for ${formatDuration(facts.silentMs)}`;
    return refuse(`The host has not answered${since}.`);
  }
  const denial = policyDenial(verb, host.policy);
  if (denial !== null) return refuse(denial);
  if (host.engine?.state === "unreachable") return refuse("The agent cannot reach the container engine.");
  const newest = facts.newestAction?.action;
  if (newest !== undefined && !isSettled(newest.state) && newest.state !== "unknown") {
    return refuse(`${VERB_WORDS[newest.verb].noun} is still under way.`);
  }
  const legal = containerCan(verb, container.state);
  if (!legal.allowed) return refuse(legal.reason);
  const { scope, reason } = protectionHere(container);
  if (!isGuarded(scope, verb)) return { allowed: true, typedName: null, why: null };
  const why = reason ?? "The container is protected.";
  if (!facts.mayOverride) return refuse(`${why} Only an admin may act on it.`);
  if (host.policy?.mode === "enforced" && !host.policy.protectedOverride) {
    return refuse(`${why} The owner of this host lets nobody override that.`);
  }
  return { allowed: true, typedName: container.name, why };
};

/** Why the owner of a host lets nobody do this there; `null` when they do, or when their agent has not said. */
const policyDenial = (verb: ActionVerb, policy: HostPolicy | undefined): string | null => {
  if (policy === undefined || policy.mode === "none") return null;
  if (policy.mode === "invalid") {
    return `The host is read-only: its policy file cannot be relied on${policy.reason === null ? "" : ` (${policy.reason})`}.`;
  }
  if (policy.mode === "read_only") return "The host is read-only: its owner's policy says so.";
  return policy.allowedVerbs.includes(verb)
    ? null
    : `The policy of this host's owner does not allow ${VERB_WORDS[verb].plural}.`;
};

/** Each verb as it stands on a button, in a sentence, in the plural, and while it happens. */
export const VERB_WORDS: Readonly<
  Record<ActionVerb, { readonly verb: string; readonly noun: string; readonly plural: string; readonly doing: string }>
> = {
  START: { verb: VERB_NAMES.START, noun: "A start", plural: "starts", doing: "Starting" },
  STOP: { verb: VERB_NAMES.STOP, noun: "A stop", plural: "stops", doing: "Stopping" },
  RESTART: { verb: VERB_NAMES.RESTART, noun: "A restart", plural: "restarts", doing: "Restarting" },
  PAUSE: { verb: VERB_NAMES.PAUSE, noun: "A pause", plural: "pauses", doing: "Pausing" },
  UNPAUSE: { verb: VERB_NAMES.UNPAUSE, noun: "A resumption", plural: "resumptions", doing: "Resuming" },
  KILL: { verb: VERB_NAMES.KILL, noun: "A kill", plural: "kills", doing: "Killing" },
};

/** What follows from the action, said before it is done. */
export const consequence = (verb: ActionVerb, container: Container): string => {
  const grace = graceWords(container.stopGraceSeconds);
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
