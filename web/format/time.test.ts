import { expect, test } from "vitest";
import { formatClock, formatClockMs, formatMoment, nsToMs } from "./time.ts";

test("nanoseconds become milliseconds without losing precision on the way", () => {
  expect(nsToMs("1795269731123456789")).toBe(1795269731123);
  expect(nsToMs("-1000000")).toBe(-1);
  expect(nsToMs(null)).toBeNull();
  expect(nsToMs("soon")).toBeNull();
});

test("moments in the viewer's zone", () => {
  const at = new Date(2026, 10, 21, 4, 2, 9, 7).getTime();
  expect(formatClock(at)).toBe("04:02:09");
  expect(formatClockMs(at)).toBe("04:02:09.007");
  expect(formatMoment(at)).toBe("2026-11-21 04:02:09");
});
