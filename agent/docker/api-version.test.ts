import { expect, test } from "vitest";
import { compareVersions, negotiateApiVersion } from "./api-version.ts";
import { hasImmediateOneShot } from "./engine-identity.ts";

test.each([
  ["1.41", "1.41"],
  ["1.47", "1.47"],
  ["1.52", "1.47"],
  ["2.0", "1.47"],
])("an engine that speaks %s is spoken to in %s", (offered, spoken) => {
  expect(negotiateApiVersion(offered)).toBe(spoken);
});

test.each(["1.40", "1.9", "0.99"])("%s is too old, and the sentence says what to do", (offered) => {
  expect(() => negotiateApiVersion(offered)).toThrow(expect.objectContaining({ code: "engine_too_old" }));
  expect(() => negotiateApiVersion(offered)).toThrow(/upgrade/);
});

test.each([undefined, "", "1", "v1.41", "1.41/../../x"])("%s is no engine API version", (offered) => {
  expect(() => negotiateApiVersion(offered)).toThrow(expect.objectContaining({ code: "engine_error" }));
});

test("versions compare by number, not by text", () => {
  expect(compareVersions("1.9", "1.41")).toBeLessThan(0);
  expect(compareVersions("24.0.10", "24.0.9")).toBeGreaterThan(0);
  expect(compareVersions("20.10.24+dfsg1", "20.10.24")).toBe(0);
});

test.each([
  ["20.10.24+dfsg1", false],
  ["23.0.7", false],
  ["23.0.8", true],
  ["24.0.6", false],
  ["24.0.7", true],
  ["25.0.0-rc.1", true],
  ["29.1.0", true],
])("one-shot statistics of %s are immediate: %s", (version, immediate) => {
  expect(hasImmediateOneShot(version)).toBe(immediate);
});
