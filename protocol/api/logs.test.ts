import { describe, expect, test } from "vitest";
import { ALL_LEVELS, ERROR, UNKNOWN } from "../log/level.ts";
import { contextQuerySchema, histogramQuerySchema, logSearchQuerySchema, logsQuerySchema } from "./logs.ts";
import { nsOfBound, parseTimeBound } from "./time-bound.ts";

const firstIssue = (query: Record<string, string>): string | undefined =>
  logsQuerySchema.safeParse(query).error?.issues[0]?.message;

describe("[LOGS-11] a query of logs", () => {
  test("without parameters is the text of one container", () => {
    expect(logsQuerySchema.parse({})).toEqual({ format: "text", scope: "generation" });
  });

  test("levels are a comma list, unknown included", () => {
    expect(logsQuerySchema.parse({ level: "error, unknown" }).level).toBe((1 << ERROR) | (1 << UNKNOWN));
    expect(logsQuerySchema.parse({ level: "unknown,trace,debug,info,warn,error,FATAL" }).level).toBe(ALL_LEVELS);
    expect(firstIssue({ level: "eror" })).toMatch(/give levels/);
  });

  test.each([{ tail: "-1" }, { tail: "50001" }, { q: "x".repeat(10_240) }, { stream: "both" }, { regex: "true" }])(
    "refuses %o",
    (query) => expect(firstIssue(query)).toBeDefined(),
  );

  test("what goes on has no end and is no file", () => {
    expect(firstIssue({ follow: "true", until: "5m" })).toMatch(/goes on/);
    expect(firstIssue({ follow: "1", download: "gzip" })).toMatch(/goes on/);
  });

  test("a search names containers and hosts by id", () => {
    const query = logSearchQuerySchema.parse({ container: "ctr_aaaaaaaaaaaa,ctr_bbbbbbbbbbbb", limit: "7" });
    expect(query).toMatchObject({ container: ["ctr_aaaaaaaaaaaa", "ctr_bbbbbbbbbbbb"], limit: 7 });
    expect(logSearchQuerySchema.safeParse({ host: "../etc" }).success).toBe(false);
  });

  test("numbers have bounds", () => {
    expect(contextQuerySchema.parse({ seq: "12" })).toEqual({ seq: 12, before: 20, after: 20 });
    expect(contextQuerySchema.safeParse({ seq: "1.5" }).success).toBe(false);
    expect(histogramQuerySchema.safeParse({ buckets: "501" }).success).toBe(false);
  });
});

describe("[LOGS-11] a point in time", () => {
  const nowNs = 1_767_323_045_000_000_000n;

  test.each([
    ["2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456_789n],
    ["2026-01-02T04:04:05+01:00", nowNs],
    ["1767323045123456789", 1_767_323_045_123_456_789n],
    ["15m", nowNs - 900_000_000_000n],
    ["1h30m", nowNs - 5_400_000_000_000n],
    ["250ms", nowNs - 250_000_000n],
    ["2w", nowNs - 14n * 86_400_000_000_000n],
  ])("%s", (text, ns) => {
    const bound = parseTimeBound(text);
    expect(bound && nsOfBound(bound, nowNs)).toBe(ns);
  });

  test.each(["", "yesterday", "15", "m", "2026-02-30T00:00:00Z", "1y", "-5m"])("%j is none, or ns", (text) => {
    const bound = parseTimeBound(text);
    expect(bound === undefined || bound.kind === "at").toBe(true);
    if (text !== "15") expect(bound).toBeUndefined();
  });
});
