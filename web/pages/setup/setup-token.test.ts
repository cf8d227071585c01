import { expect, test } from "vitest";
import { readSetupToken } from "./setup-token.ts";

test.each([
  ["#token=abc-DEF_1", "abc-DEF_1"],
  ["#x=1&token=abc", "abc"],
  ["http://127.0.0.1:8080/setup#token=abc%2B1", "abc+1"],
  ["  abc  ", "abc"],
  ["#token=", null],
  ["", null],
  ["two words", null],
  ["http://127.0.0.1:8080/setup", null],
  ["#token=%E0%A4%A", "%E0%A4%A"],
])("%j holds %j", (text, token) => {
  expect(readSetupToken(text)).toBe(token);
});
