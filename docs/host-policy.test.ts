import { readFileSync } from "node:fs";
import path from "node:path";
import { parsePolicy } from "@yardarm/agent/policy/parse-policy";
import { ALL_VERBS } from "@yardarm/agent/policy/policy";
import { POLICY_FILE } from "@yardarm/agent/policy/policy-file";
import { NAMED_RULES } from "@yardarm/agent/policy/redaction-rules";
import { expect, test } from "vitest";

const text = readFileSync(path.join(import.meta.dirname, "host-policy.md"), "utf8");

test("[POL-2] the example is a policy", () => {
  const [, example = ""] = /```json\n([^`]+)```/.exec(text) ?? [];
  const policy = parsePolicy(example);
  expect(policy.actions.deny).toHaveLength(2);
  expect(policy.reads.deny).toHaveLength(2);
  expect(policy.redact).toHaveLength(5);
});

test("every field of the example has its row, and every rule and verb is named", () => {
  const [, example = "{}"] = /```json\n([^`]+)```/.exec(text) ?? [];
  const fields = Object.entries(JSON.parse(example) as Record<string, unknown>).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((inner) => `${key}.${inner}`)
      : [key],
  );
  for (const field of fields) expect(text).toContain(`| \`${field}\` |`);
  for (const rule of NAMED_RULES.keys()) expect(text).toContain(`| \`${rule}\` |`);
  for (const verb of ALL_VERBS) expect(text).toContain(`\`${verb}\``);
  expect(text).toContain(`\`${POLICY_FILE}\``);
});
