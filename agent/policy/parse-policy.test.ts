import { describe, expect, test } from "vitest";
import { parsePolicy } from "./parse-policy.ts";
import { OPEN_POLICY } from "./policy.ts";

describe("policy file", () => {
  test("[POL-2] an empty object restricts nothing", () => {
    expect(parsePolicy("{}")).toEqual(OPEN_POLICY);
  });

  test("[POL-2] everything that can be said", () => {
    const text = JSON.stringify({
      read_only: false,
      actions: { allow: ["RESTART", "START", "START"], deny: [{ name: "db-*" }, { label: "tier=data", name: "x" }] },
      protected_override: "never",
      reads: { logs: "on", read_through: "off", environment: "off", deny: [{ label: "secret" }, { label: "a=b=c" }] },
      redact: ["email", "literal:hunter2", "pattern:tok_[a-z]{8}"],
    });
    expect(parsePolicy(text)).toEqual({
      readOnly: false,
      actions: {
        allow: ["RESTART", "START"],
        deny: [
          { name: "db-*", label: null },
          { name: "x", label: { key: "tier", value: "data" } },
        ],
      },
      protectedOverride: "never",
      reads: {
        ...{ logs: true, readThrough: false, environment: false },
        deny: [
          { name: null, label: { key: "secret", value: null } },
          { name: null, label: { key: "a", value: "b=c" } },
        ],
      },
      redact: ["email", "literal:hunter2", "pattern:tok_[a-z]{8}"],
    });
  });

  test.each([
    ["", "not JSON"],
    ["[]", "not an object"],
    ["null", "not an object"],
    ['{"readonly":true}', 'unknown field "readonly"'],
    ['{"read_only":"yes"}', "read_only"],
    ['{"actions":{"allow":["restart"]}}', "actions.allow[0]"],
    ['{"actions":{"allow":"RESTART"}}', "actions.allow is not a list"],
    ['{"actions":{"forbid":[]}}', 'unknown field "forbid"'],
    ['{"actions":{"deny":[{}]}}', "neither a name nor a label"],
    ['{"actions":{"deny":[{"name":""}]}}', "actions.deny[0].name"],
    ['{"actions":{"deny":[{"names":"x"}]}}', "unknown field"],
    ['{"protected_override":"sometimes"}', "protected_override"],
    ['{"reads":{"logs":false}}', "reads.logs"],
    ['{"redact":["pasword"]}', "redact[0]"],
    ['{"redact":["pattern:a*"]}', '"*" has no meaning'],
    [JSON.stringify({ redact: Array.from({ length: 40 }, () => "email") }), "more than 31"],
    ['{"__proto__":{"read_only":false}}', "unknown field"],
  ])("[POL-3] %s is refused: %s", (text, reason) => {
    expect(() => parsePolicy(text)).toThrow(reason);
  });
});
