import type { Retention } from "@yardarm/protocol/api/retention";
import { expect, test } from "vitest";
import { bytesText, fieldsOf, inForceWords, parseBytes, parseDays, requestOf } from "./retention-words.ts";

test.each([
  ["", null],
  ["0", 0],
  ["500 MiB", 500 * 1024 ** 2],
  ["2g", 2 * 1024 ** 3],
  [" 1.5 GiB ", 1.5 * 1024 ** 3],
  ["1024 TiB", 2 ** 50],
])("[LOGS-03] %j is a size", (text, bytes) => {
  expect(parseBytes(text)).toEqual({ ok: true, value: bytes });
});

test.each(["12", "-1 GiB", "2 gigs", "2 PiB", "1025 TiB", "GiB", "1e9 B"])("[LOGS-03] %j is no size", (text) => {
  expect(parseBytes(text)).toMatchObject({ ok: false });
});

test.each([
  ["", null],
  ["0", 0],
  ["14", 14],
])("[LOGS-03] %j is a number of days", (text, days) => {
  expect(parseDays(text)).toEqual({ ok: true, value: days });
});

test.each(["1.5", "-1", "a week", "36501"])("[LOGS-03] %j is no number of days", (text) => {
  expect(parseDays(text)).toMatchObject({ ok: false });
});

test.each([0, 1, 1000, 1024, 500 * 1024 ** 2, 3 * 1024 ** 3, 2 ** 50])(
  "[LOGS-03] the text of %d bytes reads back as it was",
  (bytes) => {
    expect(parseBytes(bytesText(bytes))).toEqual({ ok: true, value: bytes });
  },
);

const retention: Retention = {
  own: { days: 7, containerBytes: null, orgBytes: 0 },
  inForce: { days: 7, containerBytes: 100 * 1024 ** 2, orgBytes: 0 },
};

test("[LOGS-03] what is in force is said in sentences", () => {
  expect(inForceWords(retention)).toEqual([
    "Lines go after 7 days.",
    "One container keeps at most 100 MiB; its oldest lines go first.",
    "All containers together have no bound of this organization.",
  ]);
});

test("[LOGS-03] fields that nobody touched ask for what is there", () => {
  expect(requestOf(fieldsOf(retention))).toEqual({ ok: true, value: retention.own });
  expect(requestOf({ days: "x", containerBytes: "", orgBytes: "" })).toMatchObject({ ok: false });
});
