import { LOG_LINE_BYTES } from "@yardarm/protocol/limits";
import { ERROR, UNKNOWN } from "@yardarm/protocol/log/level";
import { FLAG_TRUNCATED, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { beforeEach, describe, expect, test } from "vitest";
import { makeRedactor } from "../policy/redactor.ts";
import { LevelTracker } from "./level/continuation.ts";
import { LineJoiner, type LineSink } from "./reading/line-joiner.ts";
import { redacted } from "./redaction.ts";

type Line = { readonly flags: number; readonly text: string; readonly originalLength: number };

describe("[POL-6] redaction of lines", () => {
  let lines: Line[];
  let sink: LineSink;
  let joiner: LineJoiner;

  beforeEach(() => {
    lines = [];
    const tracker = new LevelTracker();
    sink = {
      line: (flags, _seconds, _nanos, text, start, end, originalLength) => {
        const marked = tracker.classify(flags, text, start, end);
        lines.push({ flags: marked, text: Buffer.from(text.subarray(start, end)).toString("utf8"), originalLength });
      },
    };
    joiner = new LineJoiner(redacted(makeRedactor(["password", "literal:ERROR-TOKEN", "literal:abc"]), sink));
  });
  const push = (text: string): void => {
    const payload = Buffer.from(text);
    joiner.push(0, 1, 0, payload, 0, payload.length);
  };

  test("without rules it is not there at all", () => {
    expect(redacted(makeRedactor([]), sink)).toBe(sink);
  });

  test("a secret that came in two fragments is one", () => {
    push("password=hun");
    push("ter2 done\n");
    expect(lines.map(({ text }) => text)).toEqual(["password=[redacted] done"]);
  });

  test("the level is that of what is left", () => {
    push("ERROR-TOKEN: hello\n");
    push("ERROR password=x\n");
    expect(lines.map(({ flags }) => levelOfFlags(flags))).toEqual([UNKNOWN, ERROR]);
    expect(lines.map(({ text }) => text)).toEqual(["[redacted]: hello", "ERROR password=[redacted]"]);
  });

  test("a secret across the cut is hidden, and the original length is kept", () => {
    push(`${"x".repeat(LOG_LINE_BYTES - 12)} password=hunter2 and more\n`);
    expect(lines[0]?.flags).toBe(FLAG_TRUNCATED);
    expect(lines[0]?.text.endsWith("x password=h")).toBe(false);
    expect(lines[0]?.text).not.toContain("hun");
    expect(lines[0]?.originalLength).toBe(LOG_LINE_BYTES - 12 + " password=hunter2 and more".length);
  });

  test("a line that its marks make too long is cut to the limit, in whole characters", () => {
    push(`${"abcä".repeat(40_000)}\n`);
    const [line] = lines;
    expect(Buffer.byteLength(line?.text ?? "")).toBeLessThanOrEqual(LOG_LINE_BYTES);
    expect(Buffer.byteLength(line?.text ?? "")).toBeGreaterThan(LOG_LINE_BYTES - 4);
    expect(line?.text).not.toMatch(/abc|\ufffd/);
    expect([line?.flags, line?.originalLength]).toEqual([FLAG_TRUNCATED, 40_000 * 12]);
  });
});
