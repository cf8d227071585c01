/** The policy file's JSON, taken at its word: what is unknown or misspelt makes the whole file invalid, never less strict. */
import type { ActionVerb } from "@yardarm/protocol/action";
import { NAME_PATTERN_CHARACTERS } from "@yardarm/protocol/name-pattern";
import type { ContainerMatch } from "./container-match.ts";
import { ALL_VERBS, OPEN_POLICY, type Policy } from "./policy.ts";
import { compileRule, RULES_LIMIT } from "./redaction-rules.ts";

const ENTRIES = 256;
const LABEL_CHARACTERS = 4_096;

/** Throws an `Error` with a sentence that names the field. */
export const parsePolicy = (text: string): Policy => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The file is not JSON.");
  }
  const { read_only, actions, protected_override, reads, redact } = fieldsOf(value, "The file", [
    "read_only",
    "actions",
    "protected_override",
    "reads",
    "redact",
  ]);
  return {
    readOnly: read_only === undefined ? false : flagOf(read_only, "read_only"),
    actions: actions === undefined ? OPEN_POLICY.actions : actionsOf(actions),
    protectedOverride:
      protected_override === undefined ? "allow" : wordOf(protected_override, "protected_override", ["allow", "never"]),
    reads: reads === undefined ? OPEN_POLICY.reads : readsOf(reads),
    redact: redact === undefined ? [] : listOf(redact, "redact", RULES_LIMIT, ruleOf),
  };
};

const actionsOf = (value: unknown): Policy["actions"] => {
  const { allow, deny } = fieldsOf(value, "actions", ["allow", "deny"]);
  const verbOf = (verb: unknown, path: string): ActionVerb => wordOf(verb, path, ALL_VERBS);
  return {
    allow: allow === undefined ? ALL_VERBS : [...new Set(listOf(allow, "actions.allow", ALL_VERBS.length, verbOf))],
    deny: deny === undefined ? [] : listOf(deny, "actions.deny", ENTRIES, matchOf),
  };
};

const readsOf = (value: unknown): Policy["reads"] => {
  const { logs, read_through, environment, deny } = fieldsOf(value, "reads", [
    "logs",
    "read_through",
    "environment",
    "deny",
  ]);
  const isOn = (word: unknown, path: string): boolean =>
    word === undefined || wordOf(word, path, ["on", "off"]) === "on";
  return {
    logs: isOn(logs, "reads.logs"),
    readThrough: isOn(read_through, "reads.read_through"),
    environment: isOn(environment, "reads.environment"),
    deny: deny === undefined ? [] : listOf(deny, "reads.deny", ENTRIES, matchOf),
  };
};

const matchOf = (value: unknown, path: string): ContainerMatch => {
  const { name, label } = fieldsOf(value, path, ["name", "label"]);
  if (name === undefined && label === undefined) throw new Error(`${path} names neither a name nor a label.`);
  return {
    name: name === undefined ? null : textOf(name, `${path}.name`, NAME_PATTERN_CHARACTERS),
    label: label === undefined ? null : labelOf(textOf(label, `${path}.label`, LABEL_CHARACTERS)),
  };
};

const labelOf = (text: string): ContainerMatch["label"] => {
  const equals = text.indexOf("=");
  return equals < 0 ? { key: text, value: null } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
};

const ruleOf = (value: unknown, path: string): string => {
  const rule = textOf(value, path, 512);
  try {
    compileRule(rule);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return rule;
};

type Fields<Name extends string> = { readonly [K in Name]?: unknown };

const fieldsOf = <const Name extends string>(value: unknown, path: string, names: readonly Name[]): Fields<Name> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${path} is not an object.`);
  const unknown = Object.keys(value).find((key) => !names.some((name) => name === key));
  if (unknown !== undefined) throw new Error(`${path} has an unknown field "${unknown.slice(0, 64)}".`);
  return value as Fields<Name>;
};

const listOf = <T>(value: unknown, path: string, limit: number, item: (entry: unknown, path: string) => T): T[] => {
  if (!Array.isArray(value)) throw new Error(`${path} is not a list.`);
  if (value.length > limit) throw new Error(`${path} has more than ${limit} entries.`);
  return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
};

const textOf = (value: unknown, path: string, limit: number): string => {
  if (typeof value !== "string" || value === "") throw new Error(`${path} is no text.`);
  if (value.length > limit) throw new Error(`${path} is longer than ${limit} characters.`);
  return value;
};

const flagOf = (value: unknown, path: string): boolean => {
  if (typeof value !== "boolean") throw new Error(`${path} is neither true nor false.`);
  return value;
};

const wordOf = <const T extends string>(value: unknown, path: string, words: readonly T[]): T => {
  const word = words.find((known) => known === value);
  if (word === undefined) throw new Error(`${path} is none of ${words.join(", ")}.`);
  return word;
};
