/** Which containers an entry of the policy file means. */
import { isLike } from "@yardarm/protocol/name-pattern";

/** What is known of a container that a policy is asked about. */
export type PolicyContainer = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** Both have to fit where both are given. */
export type ContainerMatch = {
  readonly name: string | null;
  readonly label: { readonly key: string; readonly value: string | null } | null;
};

export const isMatched = ({ name, labels }: PolicyContainer, match: ContainerMatch): boolean => {
  if (match.name !== null && !isLike(name, match.name)) return false;
  if (match.label === null) return true;
  const { key, value } = match.label;
  const own = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return own !== undefined && (value === null || isLike(own, value));
};

/** As people write it: `name "db-*"`, `label "tier=data"`. */
export const describeMatch = ({ name, label }: ContainerMatch): string => {
  const words = name === null ? [] : [`name "${name}"`];
  if (label !== null) words.push(`label "${label.value === null ? label.key : `${label.key}=${label.value}`}"`);
  return words.join(" and ");
};
