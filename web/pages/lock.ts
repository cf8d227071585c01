import type { Container } from "@yardarm/protocol/container";
import { type ProtectionScope, protectionByLabel } from "@yardarm/protocol/container-can";
import type { Protection } from "@yardarm/protocol/protection";

const LABELS = ["yardarm.protected", "com.docker.dashboard.protected"] as const;

const WHO: Readonly<Record<Exclude<ProtectionScope, "none">, string>> = {
  all: "Only an admin may stop, restart, pause or kill it, by typing its name.",
  stop: "Only an admin may stop, restart or kill it, by typing its name.",
};

/** What protects a container, as the hub says it; of a hub that does not, as far as the container itself tells. */
export const protectionHere = ({ protection, isAgent, labels }: Container): Protection => {
  const known = protection ?? byItself(isAgent, labels);
  // The sentence says what kind of thing protects it; a label also has a name, which leads to whoever set it.
  const label = LABELS.find((name) => Object.hasOwn(labels, name) && scopeOf(name, labels) !== "none");
  if (known.reason === null || label === undefined) return known;
  return { ...known, reason: `${known.reason} (${label}=${labels[label]?.slice(0, 40)})` };
};

const scopeOf = (name: string, labels: Container["labels"]): ProtectionScope =>
  protectionByLabel({ [name]: labels[name] ?? "" });

const byItself = (isAgent: boolean, labels: Container["labels"]): Protection => {
  if (isAgent) return { scope: "all", reason: "This is Yardarm's own agent on this host." };
  const scope = protectionByLabel(labels);
  return { scope, reason: scope === "none" ? null : "A label protects this container." };
};

/** Why a container is locked and who may act on it nevertheless, in words; `null` when it is not. */
export const lockReason = (container: Container): string | null => {
  const { scope, reason } = protectionHere(container);
  return scope === "none" ? null : `${reason ?? "It is protected."} ${WHO[scope]}`;
};
