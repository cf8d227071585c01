import { describe, expect, test } from "vitest";
import {
  ALL_LEVELS,
  ERROR,
  FATAL,
  INFO,
  isInMask,
  LEVEL_NAMES,
  levelName,
  levelsOfMask,
  maskAtLeast,
  maskOfLevels,
  parseLevelName,
  UNKNOWN,
  WARN,
} from "./level.ts";
import { FLAG_LOSS, flagsOf, LEGAL_FLAGS, levelOfFlags, STDERR, streamOfFlags } from "./line-flags.ts";

describe("levels", () => {
  test("names and numbers map to each other", () => {
    for (const [number, name] of LEVEL_NAMES.entries()) {
      expect(levelName(number)).toBe(name);
      expect(parseLevelName(name.toUpperCase())).toBe(number);
    }
    expect(levelName(9)).toBe("unknown");
    expect(parseLevelName("loud")).toBeUndefined();
  });

  test("masks", () => {
    expect(maskAtLeast(WARN)).toBe(maskOfLevels([WARN, ERROR, FATAL]));
    expect(maskAtLeast(UNKNOWN)).toBe(ALL_LEVELS);
    expect(levelsOfMask(maskOfLevels([FATAL, INFO]))).toEqual([INFO, FATAL]);
    expect(isInMask(maskAtLeast(ERROR), WARN)).toBe(false);
  });

  test("flags hold stream and level; a loss record has no other flag; levels 7 to 15 do not exist", () => {
    expect(levelOfFlags(flagsOf(STDERR, ERROR))).toBe(ERROR);
    expect(streamOfFlags(flagsOf(STDERR, ERROR))).toBe(STDERR);
    expect(LEGAL_FLAGS[FLAG_LOSS]).toBe(1);
    expect(LEGAL_FLAGS[FLAG_LOSS | 1]).toBe(0);
    expect(LEGAL_FLAGS[7 << 1]).toBe(0);
    expect(LEGAL_FLAGS.reduce((sum, legal) => sum + legal, 0)).toBe(7 * 2 * 4 + 1);
  });
});
