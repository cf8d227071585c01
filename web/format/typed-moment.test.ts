import { describe, expect, test } from "vitest";
import { parseMoment } from "./typed-moment.ts";

const NOW_MS = new Date(2026, 10, 21, 14, 2, 10, 500).getTime();
const at = (...parts: [number, number, number, number?, number?, number?]): number => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
};

describe("[LOGS-11] moments as people type them", () => {
  test.each([
    ["14:02", at(2026, 11, 21, 14, 2)],
    ["9:05:07", at(2026, 11, 21, 9, 5, 7)],
    ["2026-11-20", at(2026, 11, 20)],
    ["2026-11-20 23:59", at(2026, 11, 20, 23, 59)],
    [" 2026-11-20T23:59:01 ", at(2026, 11, 20, 23, 59, 1)],
    ["15m", NOW_MS - 900_000],
    ["2 h ago", NOW_MS - 7_200_000],
    ["2026-11-20T12:00:00Z", Date.UTC(2026, 10, 20, 12)],
    ["2026-11-20T12:00:00.250+02:00", Date.UTC(2026, 10, 20, 10, 0, 0, 250)],
  ])("%s", (typed, atMs) => {
    expect(parseMoment(typed, NOW_MS)).toBe(atMs);
  });

  test.each(["yesterday", "25:00", "14:60", "2026-02-30", "2026-13-01", "15", "", "m", "2026-11-20T12:00:00"])(
    "%j is none, or has its whole date",
    (typed) => {
      expect(parseMoment(typed, NOW_MS)).toBe(typed === "2026-11-20T12:00:00" ? at(2026, 11, 20, 12) : null);
    },
  );
});
