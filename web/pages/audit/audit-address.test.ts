import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AUDIT_GROUPS, auditQueryText, readAuditSearch } from "./audit-address.ts";

test("[AUDT-04] an address yields a legal view, whatever it carries", () => {
  const actor = "usr_0123456789ab";
  expect(readAuditSearch({ group: "actions", since: "24h", actor, target: "x", more: 1 })).toEqual({
    group: "actions",
    since: "24h",
    actor,
  });
  expect(readAuditSearch({ group: "toString", since: "1y", actor: 7 })).toEqual({});
});

test("[AUDT-04] the view is the question that the hub is asked", () => {
  expect(auditQueryText({})).toBe("");
  const query = new URLSearchParams(auditQueryText({ group: "hosts", since: "7d", target: "hst_0123456789ab" }));
  expect(query.get("kind")).toContain("host.removed");
  expect(query.get("since")).toBe("7d");
  expect(query.get("target")).toBe("hst_0123456789ab");
});

test("every kind of row that the hub writes is found in a group", () => {
  const source = readFileSync(new URL("../../../hub/audit/audit-row.ts", import.meta.url), "utf8");
  const [, list = ""] = /AUDIT_KINDS = \[([^\]]*)\]/.exec(source) ?? [];
  const kinds = [...list.matchAll(/"([^"]+)"/g)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(50);
  const grouped = new Set<string | undefined>(Object.values(AUDIT_GROUPS).flatMap((group) => group.kinds));
  expect(kinds.filter((kind) => !grouped.has(kind))).toEqual([]);
});
