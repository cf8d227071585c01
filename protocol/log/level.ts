/** Log levels as they travel: one nibble per line, one bit per level in a batch's mask. */
export const LEVEL_NAMES = ["unknown", "trace", "debug", "info", "warn", "error", "fatal"] as const;

export type LevelName = (typeof LEVEL_NAMES)[number];
/** Index into `LEVEL_NAMES`; a higher number is more severe, 0 says that the line states none. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6;
/** A set of levels: bit n stands for level n. */
export type LevelMask = number;

export const UNKNOWN = 0;
export const TRACE = 1;
export const DEBUG = 2;
export const INFO = 3;
export const WARN = 4;
export const ERROR = 5;
export const FATAL = 6;

/** Every level, `unknown` included. */
export const ALL_LEVELS: LevelMask = (1 << LEVEL_NAMES.length) - 1;

/** The name of a level; numbers that are none give `unknown`. */
export const levelName = (level: number): LevelName => LEVEL_NAMES[level] ?? "unknown";

/** The level of a name as users type it (any case), or `undefined`. */
export const parseLevelName = (name: string): Level | undefined => {
  const index = LEVEL_NAMES.indexOf(name.toLowerCase() as LevelName);
  return index < 0 ? undefined : (index as Level);
};

/** The mask of the given levels. */
export const maskOfLevels = (levels: Iterable<Level>): LevelMask => {
  let mask = 0;
  for (const level of levels) mask |= 1 << level;
  return mask;
};

/** The mask of `lowest` and everything more severe. Lines without a level are not in it unless `lowest` is 0. */
export const maskAtLeast = (lowest: Level): LevelMask => ALL_LEVELS & ~((1 << lowest) - 1);

/** The levels of a mask, least severe first. */
export const levelsOfMask = (mask: LevelMask): Level[] =>
  LEVEL_NAMES.map((_, index) => index as Level).filter((level) => isInMask(mask, level));

export const isInMask = (mask: LevelMask, level: number): boolean => (mask & (1 << level)) !== 0;
