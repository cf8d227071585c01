import type { LevelName } from "@yardarm/protocol/log/level";

/** Levels that stand out, beside their word; the others are muted. */
export const LEVEL_TONES: Readonly<Partial<Record<LevelName, string>>> = {
  fatal: "text-danger",
  error: "text-danger",
  warn: "text-warn",
};
