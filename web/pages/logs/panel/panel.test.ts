import type { NdjsonLine } from "@yardarm/protocol/api/log-line";
import type { LogHit } from "@yardarm/protocol/api/logs";
import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import { asId, type ContainerId, type WorkloadId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { ApiError } from "../../../api/http.ts";
import { SHAPE_JSON, SHAPE_TEXT } from "../../../workers/line-shape.ts";
import { shapeOfText } from "../../log/line/shown-tokens.ts";
import { patternProblem } from "../pattern-problem.ts";
import { contextOf, contextWords, LINES_AROUND, mayBeStored } from "./line-context.ts";
import { lossWords } from "./loss-words.ts";
import { lineOfHit, textOfStored } from "./panel-line.ts";
import { mayComeNearer, noSampleWords, offsetWords, sampleAt } from "./sample-at.ts";

const AT_MS = Date.UTC(2026, 10, 21, 14, 2, 10);
const containerId = asId<ContainerId>("ctr_00000000000000000001");

const historyOf = (tsMs: readonly number[]): MetricsHistory => {
  const column = tsMs.map((_, index) => index);
  return {
    ...{ containerId, range: "15m", tsMs: [...tsMs] },
    ...{ cpuCores: column, memoryUsedBytes: column, memoryLimitBytes: column.map(() => null) },
    ...{ networkRxBytesPerSecond: column, networkTxBytesPerSecond: column },
  };
};

describe("[LOGS-13] what the container used at that second", () => {
  test("is the nearest sample, with how far from the line it was taken", () => {
    const history = historyOf([AT_MS - 9_000, AT_MS - 4_000, AT_MS + 1_000]);
    expect(sampleAt(history, AT_MS)).toMatchObject({ cpuCores: 2, memoryLimitBytes: null, offsetMs: 1_000 });
    expect(sampleAt(history, AT_MS - 3_000)).toMatchObject({ cpuCores: 1, offsetMs: -1_000 });
    expect(offsetWords(-2_100)).toBe("2.1 s before the line");
    expect(offsetWords(400)).toBe("400 ms after the line");
  });

  test("is no sample where none is near, and says why", () => {
    const history = historyOf([AT_MS - 100_000, AT_MS - 95_000]);
    expect(sampleAt(history, AT_MS)).toBeNull();
    expect(noSampleWords(history, AT_MS)).toBe("None was taken within 15 s of this line.");
    expect(noSampleWords(history, AT_MS - 200_000)).toMatch(/this line is older/);
    expect(noSampleWords(historyOf([]), AT_MS)).toMatch(/no sample of this container/);
  });

  test("may still come while the line is young and the newest sample older", () => {
    expect(mayComeNearer(historyOf([AT_MS - 3_000]), AT_MS, AT_MS + 1_000)).toBe(true);
    expect(mayComeNearer(historyOf([AT_MS + 500]), AT_MS, AT_MS + 1_000)).toBe(false);
    expect(mayComeNearer(historyOf([AT_MS - 3_000]), AT_MS, AT_MS + 60_000)).toBe(false);
  });
});

const stored = (seq: number): NdjsonLine => ({
  ...{ seq, ts: "2026-11-21T14:02:10.000000000Z", stream: "stdout", level: "info", message: `line ${seq}` },
});
const storedLines = (fromSeq: number, endSeq: number): readonly NdjsonLine[] =>
  Array.from({ length: endSeq - fromSeq }, (_, index) => stored(fromSeq + index));

describe("[LOGS-13] what stands around a line", () => {
  test("is counted on both sides, and says what the missing ones are", () => {
    expect(contextWords(contextOf(storedLines(50, 151), 100), 100)).toBe(`${LINES_AROUND} lines before, 50 after`);
    expect(contextWords(contextOf(storedLines(0, 55), 4), 4)).toBe("4 lines before, 50 after · the log begins here");
    expect(contextWords(contextOf(storedLines(90, 103), 100), 100)).toBe(
      "10 lines before, 2 after · older ones are not stored · nothing newer was stored when this was read",
    );
  });

  test("is asked for again until the line is stored, but not for ever", () => {
    const without = contextOf(storedLines(90, 100), 100);
    expect(without.line).toBeNull();
    expect(mayBeStored(without, AT_MS, AT_MS + 1_000)).toBe(true);
    expect(mayBeStored(without, AT_MS, AT_MS + 60_000)).toBe(false);
    expect(mayBeStored(contextOf(storedLines(90, 101), 100), AT_MS, AT_MS + 1_000)).toBe(false);
    expect(mayBeStored(undefined, AT_MS, AT_MS)).toBe(false);
  });

  test("a loss is told as in the log", () => {
    const [fromTs, toTs] = ["2026-11-21T14:02:10.000000000Z", "2026-11-21T14:02:10.500000000Z"];
    expect(lossWords({ reason: "rotated", fromTs, toTs, lines: 7 })).toMatch(/^7 lines lost at .*rotated them away/);
    expect(lossWords({ reason: "policy", fromTs, toTs, lines: null })).toMatch(/^Lines left out/);
  });
});

test("[LOGS-13] a line is read as it is written, wherever it comes from", () => {
  const workloadId = asId<WorkloadId>("wkl_00000000000000000001");
  const hit: LogHit = {
    ...{ containerId, workloadId, seq: 7, tsNs: `${AT_MS + 123}456000`, stream: "stderr" },
    ...{ level: "warn", message: '{"msg":"slow","ms":412}', truncated: true },
  };
  expect(lineOfHit(hit)).toMatchObject({
    address: { workloadId, containerId, seq: 7, atMs: AT_MS + 123 },
    text: { ts: "2026-11-21T14:02:10.123456000Z", level: "warn", stream: "stderr", isCut: true },
  });
  expect([shapeOfText(hit.message), shapeOfText("slow query")]).toEqual([SHAPE_JSON, SHAPE_TEXT]);
  const line = { seq: 1, ts: "2026-11-21T14:02:10.000000000Z", stream: "stdout", level: "info", message: "a" } as const;
  expect([textOfStored(line).isCut, textOfStored({ ...line, originalBytes: 9_000 }).isCut]).toEqual([false, true]);
});

test("[LOGS-11] an expression that is none is told from other refusals", () => {
  const refusal = (detail: string): ApiError =>
    new ApiError({
      kind: "problem",
      problem: { type: "about:blank", title: "", status: 400, detail, code: "invalid_request", requestId: "req_1" },
      retryAfterSeconds: null,
    });
  expect(
    patternProblem(refusal("q: not a regular expression: error parsing regexp: missing closing ): `(?i)a(`")),
  ).toBe("Not a valid regular expression: missing closing ): `a(`");
  expect(patternProblem(refusal("since: must be before until."))).toBeNull();
  expect(patternProblem(new Error("anything"))).toBeNull();
});
