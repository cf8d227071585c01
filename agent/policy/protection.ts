/** What the labels of a container refuse, asked before every action. Labels only ever restrict. */
import type { ActionVerb } from "@yardarm/protocol/action";
import { isGuarded, protectionByLabel } from "@yardarm/protocol/container-can";

export type ProtectionQuestion = {
  readonly verb: ActionVerb;
  readonly labels: Readonly<Record<string, string>>;
  /** The hub says that an Admin overrode the protection. */
  readonly override: boolean;
};

/** The sentence with which the action is refused, or `null` when nothing speaks against it (ACTN-05). */
export const refusalByLabel = ({ verb, labels, override }: ProtectionQuestion): string | null =>
  !override && isGuarded(protectionByLabel(labels), verb)
    ? "A label protects this container; an Admin may override it."
    : null;
