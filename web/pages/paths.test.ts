import { expect, test } from "vitest";
import { safeNext } from "./paths.ts";

test.each([
  [undefined, "/fleet"],
  ["/fleet/hst_1?tab=agent", "/fleet/hst_1?tab=agent"],
  ["//evil.example", "/fleet"],
  ["/\\evil.example", "/fleet"],
  ["https://evil.example", "/fleet"],
  ["javascript:alert(1)", "/fleet"],
  ["", "/fleet"],
])("after signing in %j leads to %s", (next, path) => {
  expect(safeNext(next)).toBe(path);
});
