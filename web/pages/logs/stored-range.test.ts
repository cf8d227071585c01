import { describe, expect, test } from "vitest";
import { beginningOf, boundsOf, rangeWords } from "./stored-range.ts";

const NOW_MS = new Date(2026, 10, 21, 14, 2, 10, 500).getTime();
const at = (...parts: [number, number, number, number?, number?, number?]): number => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
};

describe("[LOGS-11] a range", () => {
  test("is an age, two moments, or open at either end", () => {
    expect(boundsOf({})).toEqual({});
    expect(boundsOf({ since: "1h" })).toEqual({ since: "1h" });
    expect(boundsOf({ fromMs: 1_000, toMs: 2_000 })).toEqual({ since: "1000000000", until: "2000000000" });
    expect(boundsOf({ toMs: 2_000 })).toEqual({ until: "2000000000" });
  });

  test("begins where it says, or with what is stored", () => {
    expect(beginningOf({ since: "15m" }, NOW_MS)).toBe(NOW_MS - 900_000);
    expect(beginningOf({ fromMs: 5, toMs: 9 }, NOW_MS)).toBe(5);
    expect(beginningOf({ toMs: 9 }, NOW_MS)).toBeNull();
  });

  test("names the day where it is another", () => {
    expect(rangeWords({ fromMs: at(2026, 11, 21, 13, 0), toMs: at(2026, 11, 21, 14, 0) }, NOW_MS)).toBe(
      "13:00:00 – 14:00:00",
    );
    expect(rangeWords({ fromMs: at(2026, 11, 20, 13, 0) }, NOW_MS)).toBe("2026-11-20 13:00:00 – now");
    expect(rangeWords({ toMs: at(2026, 11, 21, 14, 0) }, NOW_MS)).toBe("the beginning – 14:00:00");
  });
});
