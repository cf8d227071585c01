/** What the policy file and the labels of a container refuse, asked before every action. Both only ever restrict. */
import type { ActionVerb } from "@yardarm/protocol/action";
import { isGuarded, protectionByLabel } from "@yardarm/protocol/container-can";
import type { HostPolicy } from "./host-policy.ts";

export type ProtectionQuestion = {
  readonly verb: ActionVerb;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The hub says that an Admin overrode the protection. */
  readonly override: boolean;
};

export type Refusal = { readonly code: "policy_denied" | "protected"; readonly sentence: string };

/** Why the action is refused, or `null` when nothing speaks against it (ACTN-05, HOST-05). */
export const refusalOf = (policy: HostPolicy, { verb, name, labels, override }: ProtectionQuestion): Refusal | null => {
  const sentence = policy.refuseAction(verb, { name, labels });
  if (sentence !== null) return { code: "policy_denied", sentence };
  if (!isGuarded(protectionByLabel(labels), verb)) return null;
  if (!override) return { code: "protected", sentence: "A label protects this container; an Admin may override it." };
  if (policy.mayOverrideProtection) return null;
  return {
    code: "policy_denied",
    sentence: "A label protects this container, and the owner of this host lets nobody override it.",
  };
};
