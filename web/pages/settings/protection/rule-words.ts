import type { ProtectionMatch, ProtectionRule } from "@yardarm/protocol/protection-schema";

/** Rules that protect containers, in words. */

export const SCOPE_WORDS: Readonly<Record<ProtectionRule["scope"], string>> = {
  all: "Stop, restart, kill and pause",
  stop: "Stop, restart and kill",
};

export const PATTERN_FIELDS = ["name", "image", "label", "composeProject"] as const;
export type PatternField = (typeof PATTERN_FIELDS)[number];

const FIELD_WORDS: Readonly<Record<PatternField, string>> = {
  name: "name",
  image: "image",
  label: "label",
  composeProject: "compose project",
};

/** `image postgres:*, and in the project Shop`. */
export const matchWords = (match: ProtectionMatch, projectName: (id: string) => string): string => {
  const parts = PATTERN_FIELDS.flatMap((field) => {
    const pattern = match[field];
    return pattern === null ? [] : [`${FIELD_WORDS[field]} ${pattern}`];
  });
  if (match.projectId !== null) parts.push(`in the project ${projectName(match.projectId)}`);
  return parts.join(", and ");
};
