import { expect, test } from "vitest";
import { type Delivered, judge, type TrueLog } from "./verdict.ts";

/** Line n of stdout has the stamp 10 n, line 10 + n of stderr 20 n − 5. */
const line = (stream: 0 | 1, print: number): Delivered => ({
  kind: "line",
  stream,
  print,
  micros: stream === 0 ? print * 10 : (print - 10) * 20 - 5,
});
const loss = (fromMicros: number, toMicros: number): Delivered => ({ kind: "loss", fromMicros, toMicros });

/** stdout 1 to 4 at 10, 20, 30, 40 µs; stderr 11 and 12 at 15 and 35 µs. */
const TRUTH: TrueLog = {
  streams: [
    { prints: [1, 2, 3, 4], micros: [10, 20, 30, 40] },
    { prints: [11, 12], micros: [15, 35] },
  ],
};
const WHOLE = [line(0, 1), line(1, 11), line(0, 2), line(0, 3), line(1, 12), line(0, 4)];
const NOTHING_WRONG = { lost: 0, declared: 0, doubled: 0, disordered: 0, foreign: 0, rests: 0 };

test("[LOGS-09] what was delivered once and in order is right, whichever stream comes first", () => {
  expect(judge(TRUTH, WHOLE)).toMatchObject({ ...NOTHING_WRONG, firstFault: null });
  const otherwise = [line(1, 11), line(1, 12), ...[1, 2, 3, 4].map((print) => line(0, print))];
  expect(judge(TRUTH, otherwise)).toMatchObject(NOTHING_WRONG);
});

test("[LOGS-09] a missing line is lost, in the middle, at the beginning and at the end", () => {
  for (const missing of WHOLE) {
    const verdict = judge(
      TRUTH,
      WHOLE.filter((item) => item !== missing),
    );
    expect(verdict).toMatchObject({ ...NOTHING_WRONG, lost: 1 });
    expect(verdict.firstFault).toContain("is missing");
  }
});

test("[LOGS-09] a loss record counts at its place and for its time alone", () => {
  const [first, second, , fourth, fifth, sixth] = WHOLE as [
    Delivered,
    Delivered,
    Delivered,
    Delivered,
    Delivered,
    Delivered,
  ];
  const at = (record: Delivered) => judge(TRUTH, [first, second, record, fourth, fifth, sixth]);
  expect(at(loss(10, 30))).toMatchObject({ ...NOTHING_WRONG, declared: 1 });
  expect(at(loss(21, 30)), "another time").toMatchObject({ ...NOTHING_WRONG, lost: 1 });
  const later = judge(TRUTH, [first, second, fourth, loss(10, 30), fifth, sixth]);
  expect(later, "another place").toMatchObject({ ...NOTHING_WRONG, lost: 1 });
});

test("[LOGS-09] a line that comes twice, late, or from nowhere is seen", () => {
  expect(judge(TRUTH, [...WHOLE, line(0, 4)])).toMatchObject({ ...NOTHING_WRONG, doubled: 1 });
  const late = [line(0, 1), line(0, 3), line(0, 2), line(0, 4), line(1, 11), line(1, 12)];
  expect(judge(TRUTH, late)).toMatchObject({ disordered: 1 });
  expect(judge(TRUTH, [...WHOLE, line(0, 5)])).toMatchObject({ ...NOTHING_WRONG, foreign: 1 });
});

test("[LOGS-09] the rest of a line is taken for one only beside the record that its head or end is gone", () => {
  const rest: Delivered = { kind: "line", stream: 0, print: 99, micros: 30 };
  const [first, second, third, , fifth, sixth] = WHOLE as [
    Delivered,
    Delivered,
    Delivered,
    Delivered,
    Delivered,
    Delivered,
  ];
  const behindLoss = judge(TRUTH, [first, second, third, loss(21, 30), rest, fifth, sixth]);
  expect(behindLoss).toMatchObject({ ...NOTHING_WRONG, declared: 1, rests: 1 });
  const inFront = judge(TRUTH, [first, second, third, rest, loss(21, 30), fifth, sixth]);
  expect(inFront).toMatchObject({ ...NOTHING_WRONG, declared: 1, rests: 1 });
  expect(judge(TRUTH, [first, second, third, rest, fifth, sixth])).toMatchObject({ lost: 1, foreign: 1, rests: 0 });
});
