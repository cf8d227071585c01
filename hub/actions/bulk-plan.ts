import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionPlan } from "@yardarm/protocol/api/bulk-actions";
import type { Container } from "@yardarm/protocol/container";
import { containerCan, isGuarded } from "@yardarm/protocol/container-can";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId } from "@yardarm/protocol/ids";
import { graceSeconds } from "./command-deadline.ts";

/** A container that somebody chose, or an id behind which they may see nothing. */
export type Choice =
  | { readonly containerId: ContainerId; readonly container: null }
  | {
      readonly containerId: ContainerId;
      readonly container: Container;
      readonly host: Host;
      /** Why this person may not, as the evaluator says; `null` when they may. Protection is judged apart. */
      readonly refusal: string | null;
    };

type Exclusion = ActionPlan["excluded"][number];

/** States in which a container already is what a verb would make it. */
const ALREADY: Readonly<Record<ActionVerb, readonly Container["state"][]>> = {
  START: ["running", "restarting", "paused"],
  STOP: ["created", "exited", "dead"],
  RESTART: [],
  PAUSE: ["paused"],
  UNPAUSE: ["running"],
  KILL: ["created", "exited", "dead"],
};

/** Sorts what was chosen into what would be acted on, and what not, with a sentence each. Does nothing. */
export const judgeChoices = (
  choices: readonly Choice[],
  order: { readonly verb: ActionVerb; readonly timeoutSeconds: number | null },
): Pick<ActionPlan, "targets" | "excluded" | "longestGraceSeconds"> => {
  const targets: ActionPlan["targets"] = [];
  const excluded: Exclusion[] = [];
  let longestGraceSeconds = 0;
  for (const choice of choices) {
    if (choice.container === null) {
      const { containerId } = choice;
      const nobody = { containerId, name: "", hostId: null, hostName: "" };
      excluded.push({ ...nobody, why: "not_found", reason: "There is no such container." });
      continue;
    }
    const { container, host } = choice;
    const { containerId, name, hostId } = container;
    const shown = { containerId, name, hostId, hostName: host.name };
    const no = exclusionOf(order.verb, choice);
    if (no !== null) {
      excluded.push({ ...shown, ...no });
      continue;
    }
    targets.push(shown);
    const { timeoutSeconds } = order;
    const { stopGraceSeconds } = container;
    longestGraceSeconds = Math.max(longestGraceSeconds, graceSeconds(order.verb, { timeoutSeconds, stopGraceSeconds }));
  }
  return { targets, excluded, longestGraceSeconds };
};

const exclusionOf = (
  verb: ActionVerb,
  { container, host, refusal }: Extract<Choice, { readonly host: Host }>,
): Pick<Exclusion, "why" | "reason"> | null => {
  if (container.removedAtNs !== null) return { why: "not_found", reason: "The container has been removed." };
  if (refusal !== null) return { why: "not_allowed", reason: refusal };
  const { scope, reason } = container.protection ?? { scope: "none", reason: null };
  if (isGuarded(scope, verb)) {
    return { why: "protected", reason: `${reason ?? "It is protected."} An admin may act on it alone.` };
  }
  if (ALREADY[verb].includes(container.state)) return { why: "already", reason: `It is ${container.state} already.` };
  const legal = containerCan(verb, container.state);
  if (!legal.allowed) return { why: "impossible", reason: legal.reason };
  if (host.status === "online") return null;
  return { why: "offline", reason: `The host ${host.name} does not answer.` };
};
