import { readFileSync } from "node:fs";
import path from "node:path";
import { permissionRows } from "@yardarm/hub/auth/authority/permissions";
import { renderPermissionsDoc } from "@yardarm/hub/auth/authority/permissions-doc";
import { expect, test } from "vitest";

test("[IDTY-06] docs/permissions.md says what the table says", () => {
  const text = readFileSync(path.join(import.meta.dirname, "permissions.md"), "utf8");
  expect(text).toBe(renderPermissionsDoc(permissionRows()));
});
