import { readFileSync } from "node:fs";
import path from "node:path";
import { ERROR_CODES } from "@yardarm/protocol/errors";
import { expect, test } from "vitest";

test("every error code has its line in docs/errors.md, in the order of the set", () => {
  const text = readFileSync(path.join(import.meta.dirname, "errors.md"), "utf8");
  expect([...text.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code)).toEqual([...ERROR_CODES]);
});
