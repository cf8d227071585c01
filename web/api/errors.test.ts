import { ERROR_CODES, type ErrorCode } from "@yardarm/protocol/errors";
import { describe, expect, test } from "vitest";
import { codeSentence, errorText } from "./errors.ts";
import { ApiError } from "./http.ts";

const problem = (code: ErrorCode, retryAfterSeconds: number | null = null): ApiError =>
  new ApiError({
    kind: "problem",
    problem: { type: "about:blank", title: "t", status: 400, detail: "in this case", code, requestId: "req_1" },
    retryAfterSeconds,
  });

describe("codes", () => {
  test.each(ERROR_CODES)("%s has a sentence of its own", (code) => {
    expect(codeSentence(code)).toMatch(/^[A-Z].*\.$/);
    expect(ERROR_CODES.filter((other) => codeSentence(other) === codeSentence(code))).toEqual([code]);
  });

  test("code and request id are in the small print", () => {
    expect(errorText(problem("busy")).smallPrint).toBe("busy · request req_1");
  });

  test("the hub's own words are shown where they add something, and never for a refused sign-in", () => {
    expect(errorText(problem("engine_error")).detail).toBe("in this case");
    expect(errorText(problem("unauthenticated")).detail).toBeNull();
  });

  test("a lock-out says how long", () => {
    expect(errorText(problem("rate_limited", 90)).advice).toBe("Try again in 1 m.");
  });
});

test("no answer, a late answer and a foreign answer are told apart", () => {
  const titles = [
    errorText(new ApiError({ kind: "unreachable" })).title,
    errorText(new ApiError({ kind: "timeout" })).title,
    errorText(new ApiError({ kind: "unreadable", status: 502 })).title,
    errorText(new TypeError("x")).title,
  ];
  expect(new Set(titles).size).toBe(4);
  expect(errorText(new ApiError({ kind: "unreadable", status: 502 })).smallPrint).toBe("HTTP 502");
});
