import { expect, test } from "vitest";
import { formatCount, formatCpu, formatPlural, formatRatio } from "./percent.ts";

test.each([
  [0, "0.0 %"],
  [0.0312, "3.1 %"],
  [1, "100 %"],
  [3.456, "346 %"],
  [null, "–"],
])("%s cores read %s", (cores, text) => {
  expect(formatCpu(cores)).toBe(text);
});

test.each([
  [0, "0 %"],
  [0.004, "< 1 %"],
  [0.5, "50 %"],
  [null, "–"],
])("a share of %s reads %s", (ratio, text) => {
  expect(formatRatio(ratio)).toBe(text);
});

test("counts", () => {
  expect(formatCount(1204)).toBe("1,204");
  expect(formatPlural(1, "container")).toBe("1 container");
  expect(formatPlural(6000, "container")).toBe("6,000 containers");
  expect(formatPlural(2, "process", "processes")).toBe("2 processes");
});
