import type { ActionVerb } from "@yardarm/protocol/action";
import type { HostPolicy } from "@yardarm/protocol/host";
import { formatPlural } from "../../format/percent.ts";

/** What the owner of a host permits, in words. The hub only respects it; the file is on the host. */

const VERBS: Readonly<Record<ActionVerb, string>> = {
  START: "start",
  STOP: "stop",
  RESTART: "restart",
  PAUSE: "pause",
  UNPAUSE: "unpause",
  KILL: "kill",
};
const VERB_COUNT = Object.keys(VERBS).length;

/** A few words for lists; `null` while the agent has not said. */
export const policySummary = (policy: HostPolicy | undefined): string | null => {
  switch (policy?.mode) {
    case undefined:
      return null;
    case "none":
      return "no policy file";
    case "enforced":
      return "limited by the host's owner";
    case "read_only":
      return "read-only by the host's owner";
    case "invalid":
      return "read-only: its policy file is not valid";
  }
};

/** The sentence above the details. */
export const policySentence = (policy: HostPolicy): string => {
  switch (policy.mode) {
    case "none":
      return "There is no policy file on this host: whatever your role allows is done.";
    case "enforced":
      return "The owner of this host limits what Yardarm may do here.";
    case "read_only":
      return "The owner of this host lets Yardarm look, but change nothing.";
    case "invalid":
      return `The policy file on this host cannot be relied on, so nothing is changed here${policy.reason === null ? "." : `: ${policy.reason}`}`;
  }
};

type Fact = { readonly name: string; readonly value: string };

export const policyFacts = (policy: HostPolicy): readonly Fact[] => [
  { name: "Actions", value: verbsWords(policy.allowedVerbs) },
  { name: "Protected containers", value: policy.protectedOverride ? "an admin may override" : "nobody may override" },
  { name: "Logs", value: policy.logs ? "may be read" : "are not given out" },
  { name: "Older logs on the host", value: policy.readThrough ? "may be read" : "are not given out" },
  { name: "Environment", value: policy.environment ? "may be shown to whoever may see it" : "is never shown" },
  { name: "Single containers", value: deniedWords(policy) },
  {
    name: "Redaction",
    value: policy.redactionRules === 0 ? "none" : `${formatPlural(policy.redactionRules, "rule")} before lines leave`,
  },
];

const verbsWords = (verbs: readonly ActionVerb[]): string => {
  if (verbs.length === 0) return "none";
  return verbs.length === VERB_COUNT ? "all" : verbs.map((verb) => VERBS[verb]).join(", ");
};

const deniedWords = ({ deniedActions, deniedReads }: HostPolicy): string => {
  const parts = [
    ...(deniedActions === 0 ? [] : [`${formatPlural(deniedActions, "entry", "entries")} against actions`]),
    ...(deniedReads === 0 ? [] : [`${formatPlural(deniedReads, "entry", "entries")} against reading`]),
  ];
  return parts.length === 0 ? "none is left out" : parts.join(", ");
};
