import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeContainerEvent, eventsPath } from "./container-events.ts";
import { JsonLines } from "./json-lines.ts";
import { parseTimestampNs, toSinceParameter } from "./timestamps.ts";

const ID = "ab".repeat(32);
const event = (Action: string, Attributes: Record<string, string> = {}, rest: Record<string, unknown> = {}) => ({
  Type: "container",
  Action,
  Actor: { ID, Attributes: { name: "web", ...Attributes } },
  time: 1_767_323_045,
  timeNano: 1_767_323_045_123_456_800,
  ...rest,
});

describe("events", () => {
  test("die carries its exit code, a health status its word", () => {
    expect(decodeContainerEvent(event("die", { exitCode: "137" }))).toEqual({
      action: "die",
      dockerId: ID,
      name: "web",
      timeNs: 1_767_323_045_123_456_768n,
      exitCode: 137,
      health: null,
    });
    expect(decodeContainerEvent(event("health_status: unhealthy"))).toMatchObject({
      action: "health_status",
      health: "unhealthy",
    });
  });

  test.each(["exec_create: sh -c true", "exec_die", "attach", "top", "resize", "archive-path"])(
    "%s is none",
    (action) => {
      expect(decodeContainerEvent(event(action))).toBeNull();
    },
  );

  test("other types, short ids and other shapes are none", () => {
    expect(decodeContainerEvent({ ...event("start"), Type: "network" })).toBeNull();
    expect(decodeContainerEvent({ ...event("start"), Actor: { ID: "short" } })).toBeNull();
    for (const value of [null, 7, "start", [], {}]) expect(decodeContainerEvent(value)).toBeNull();
  });

  test("Podman's words for dying and removing", () => {
    expect(decodeContainerEvent(event("died", { containerExitCode: "3" }))).toMatchObject({
      action: "die",
      exitCode: 3,
    });
    expect(decodeContainerEvent(event("remove"))).toMatchObject({ action: "destroy" });
  });

  test("Docker filters at the source, Podman is only asked for containers", () => {
    const filters = (path: string) => JSON.parse(new URL(path, "http://x").searchParams.get("filters") ?? "");
    expect(filters(eventsPath("docker", 0n)).event).toContain("health_status");
    expect(filters(eventsPath("docker", 0n)).event).not.toContain("exec_create");
    expect(filters(eventsPath("podman", 0n))).toEqual({ type: ["container"] });
    expect(new URL(eventsPath("docker", 1_500_000_001n), "http://x").searchParams.get("since")).toBe("1.500000001");
  });
});

describe("JSON lines", () => {
  test("any values, cut anywhere, come out whole and in order", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 10 }), fc.integer({ min: 1, max: 30 }), (values, size) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
        const lines = new JsonLines();
        const parsed: unknown[] = [];
        for (let at = 0; at < bytes.length; at += size) parsed.push(...lines.feed(bytes.subarray(at, at + size)));
        expect(parsed).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  test("a bad line and an endless one cost nothing but themselves", () => {
    const lines = new JsonLines();
    expect(lines.feed(Buffer.from('{"a":1}\n\nnot json\n{"b":2}\n'))).toEqual([{ a: 1 }, { b: 2 }]);
    for (let index = 0; index < 40; index++) expect(lines.feed(Buffer.alloc(65_536, 32))).toEqual([]);
    expect(lines.feed(Buffer.from('x\n{"c":3}\n'))).toEqual([{ c: 3 }]);
  });
});

describe("times", () => {
  test.each([
    ["2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456_789n],
    ["2026-01-02T03:04:05Z", 1_767_323_045_000_000_000n],
    ["2026-01-02T04:04:05.5+01:00", 1_767_323_045_500_000_000n],
    ["0001-01-01T00:00:00Z", null],
    ["9999-12-31T23:59:59Z", null],
    ["", null],
    ["yesterday", null],
  ])("%s", (text, ns) => {
    expect(parseTimestampNs(text)).toBe(ns);
  });

  test("a cursor keeps its nanoseconds, and none lies before the epoch", () => {
    expect(toSinceParameter(1_767_323_045_000_000_007n)).toBe("1767323045.000000007");
    expect(toSinceParameter(-5n)).toBe("0.000000000");
  });
});
