/** What the policy file, labels and the organization's rules refuse, asked before every action. All of them only ever restrict. */
import type { ActionCommand, ActionVerb } from "@yardarm/protocol/action";
import { isGuarded } from "@yardarm/protocol/container-can";
import { protectionOf, type RuledContainer } from "@yardarm/protocol/protection";
import type { ProtectionOrder } from "@yardarm/protocol/protection-schema";
import type { HostPolicy } from "./host-policy.ts";

export type ProtectionQuestion = RuledContainer & {
  readonly verb: ActionVerb;
  /** True for the container in which this agent runs. */
  readonly isAgent: boolean;
  /** What the hub says of an Admin who overrode the protection. */
  readonly override: ActionCommand["override"];
};

export type Refusal = { readonly code: "policy_denied" | "protected"; readonly sentence: string };

/** Why the action is refused, or `null` when nothing speaks against it (ACTN-05, ACTN-12, HOST-05). */
export const refusalOf = (
  { policy, rules }: { readonly policy: HostPolicy; readonly rules: Pick<ProtectionOrder, "rules" | "hubContainer"> },
  question: ProtectionQuestion,
): Refusal | null => {
  const { verb, name, override } = question;
  const sentence = policy.refuseAction(verb, question);
  if (sentence !== null) return { code: "policy_denied", sentence };
  const { scope, reason } = protectionOf(question, rules);
  if (!isGuarded(scope, verb)) return null;
  if (override === null) return { code: "protected", sentence: `${reason} An Admin may override that.` };
  if (override.name !== name) {
    return { code: "protected", sentence: `${reason} The override names another container than this one.` };
  }
  if (policy.mayOverrideProtection) return null;
  return { code: "policy_denied", sentence: `${reason} The owner of this host lets nobody override that.` };
};
