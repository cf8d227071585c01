import { expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../../dev/log-samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import { LogRowBuilder } from "../rows/row-builder.ts";
import { ALL_ROWS, type LogRowList } from "../rows/row-list.ts";
import { countFields } from "./field-counts.ts";

const rowsOf = (texts: readonly string[]): LogRowList => {
  const store = new LogStore();
  const decoding = new LogDecoding();
  const lines = texts.map((text): SampleLine => ({ text }));
  for (const frame of framesOf(1, 0, lines)) {
    const answer = decoding.receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  const wanted = { filter: ALL_ROWS, clearedSeq: null, endSeq: null, isFolding: false, unfolded: new Set<number>() };
  return new LogRowBuilder().build({ ...wanted, store, markers: [] });
};

test("[LOGS-13] fields are counted by the lines that have them, the most frequent first, those inside of others by their whole name", () => {
  const counts = countFields(
    rowsOf([
      '{"level":"info","ts":1,"msg":"one","status":200,"db":{"name":"a","ms":{"p50":1}}}',
      "plain words",
      "time=now status=500 status=501 path=/x",
      '{"status":404,"tags":["a","b"],"empty":{}}',
    ]),
  );
  expect(counts.lines).toBe(3);
  expect(counts.fields[0]).toEqual({ key: "status", lines: 3 });
  expect(new Map(counts.fields.map(({ key, lines }) => [key, lines]))).toEqual(
    new Map([
      ["status", 3],
      ["path", 1],
      ["tags", 1],
      ["empty", 1],
      ["db.name", 1],
      ["db.ms.p50", 1],
    ]),
  );
});

test("[LOGS-13] lines of which each names another field are counted within bounds, the newest ones", () => {
  const texts = Array.from({ length: 2_100 }, (_, index) => JSON.stringify({ status: 1, [`only-${index}`]: 2 }));
  const { fields, lines } = countFields(rowsOf(texts));
  expect(lines).toBe(2_000);
  expect(fields.length).toBe(500);
  expect(fields[0]).toEqual({ key: "status", lines: 2_000 });
  expect(fields.some(({ key }) => key === "only-2099")).toBe(true);
  expect(fields.some(({ key }) => key === "only-0")).toBe(false);
});
