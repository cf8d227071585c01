import type { ActionVerb } from "./action.ts";
import type { ContainerState } from "./container.ts";

/** Which action is legal in which state. One table for the web's buttons, the hub's check and the agent's. */
const LEGAL: Readonly<Record<ActionVerb, readonly ContainerState[]>> = {
  START: ["created", "exited", "dead"],
  STOP: ["running", "paused", "restarting"],
  RESTART: ["running", "paused", "exited", "created"],
  PAUSE: ["running"],
  UNPAUSE: ["paused"],
  KILL: ["running", "paused", "restarting"],
};

const SENTENCES: Readonly<Record<ActionVerb, string>> = {
  START: "Only a stopped container can be started.",
  STOP: "Only a running container can be stopped.",
  RESTART: "The container is changing state; wait until it has settled.",
  PAUSE: "Only a running container can be paused.",
  UNPAUSE: "The container is not paused.",
  KILL: "Only a running container can be killed.",
};

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** Says whether `verb` makes sense for a container in `state`, with a sentence when not. */
export const containerCan = (verb: ActionVerb, state: ContainerState): Verdict =>
  LEGAL[verb].includes(state) ? { allowed: true } : { allowed: false, reason: SENTENCES[verb] };

export type ProtectionScope = "none" | "stop" | "all";

const PROTECTION_LABELS = ["yardarm.protected", "com.docker.dashboard.protected"] as const;
const FALSE_WORDS = new Set(["", "false", "0", "no", "off"]);

/** Protection by label (ACTN-05). Labels only restrict: an unknown value protects fully. */
export const protectionByLabel = (labels: Readonly<Record<string, string>>): ProtectionScope => {
  let scope: ProtectionScope = "none";
  for (const label of PROTECTION_LABELS) {
    const value = labels[label]?.trim().toLowerCase();
    if (value === undefined || FALSE_WORDS.has(value)) continue;
    if (value !== "stop") return "all";
    scope = "stop";
  }
  return scope;
};

const GUARDED: Readonly<Record<ProtectionScope, readonly ActionVerb[]>> = {
  none: [],
  stop: ["STOP", "KILL", "RESTART"],
  all: ["STOP", "KILL", "RESTART", "PAUSE"],
};

/** True when `scope` refuses `verb` to anybody below Admin. */
export const isGuarded = (scope: ProtectionScope, verb: ActionVerb): boolean => GUARDED[scope].includes(verb);
