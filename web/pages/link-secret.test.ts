import { expect, test } from "vitest";
import { readSecret } from "./link-secret.ts";

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
])("[IDTY-01] %j holds %j", (text, token) => {
  expect(readSecret(text, "token")).toBe(token);
});

test.each([
  ["https://hub.example.com/join#invitation=yiv_a-b_1", "yiv_a-b_1"],
  ["#invitation=abc", "abc"],
  ["abc", "abc"],
  ["https://hub.example.com/setup#token=abc", null],
])("[IDTY-05] of an invitation, %j holds %j", (text, secret) => {
  expect(readSecret(text, "invitation")).toBe(secret);
});
