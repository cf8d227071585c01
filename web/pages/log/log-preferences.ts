import { useCallback, useState } from "react";
import { STAMP_STYLES, type StampStyle } from "./line/stamps.ts";

/** How logs look to this person, kept in this browser. What is looked at is not a preference. */

export type LogPreferences = {
  readonly isWrapped: boolean;
  readonly stamps: StampStyle;
  readonly showsStream: boolean;
  /** JSON, logfmt and klog as message and fields, instead of as they are written. */
  readonly showsFields: boolean;
  /** Stack traces under their first line. */
  readonly folds: boolean;
  readonly showsHistogram: boolean;
  /** Dark also in the light theme. */
  readonly isDark: boolean;
  /** Says every few seconds how much has come, for those who do not see it. */
  readonly announces: boolean;
};

const KEY = "yardarm.log";
const DEFAULTS: LogPreferences = {
  isWrapped: false,
  stamps: "absolute",
  showsStream: true,
  showsFields: true,
  folds: true,
  showsHistogram: true,
  isDark: true,
  announces: true,
};
/** On a phone a stamp would leave too little of the line, and a histogram too few of the lines. */
const NARROW_DEFAULTS: LogPreferences = {
  ...DEFAULTS,
  isWrapped: true,
  stamps: "off",
  showsStream: false,
  showsHistogram: false,
};

/** Reads stored text; anything unknown in it is left out. */
export const parsePreferences = (text: string | null, isNarrow: boolean): LogPreferences => {
  const defaults = isNarrow ? NARROW_DEFAULTS : DEFAULTS;
  let value: unknown;
  try {
    value = JSON.parse(text ?? "{}");
  } catch {
    return defaults;
  }
  if (typeof value !== "object" || value === null) return defaults;
  const stored = value as Readonly<Record<string, unknown>>;
  const flag = (name: Exclude<keyof LogPreferences, "stamps">): boolean => {
    const found = stored[name];
    return typeof found === "boolean" ? found : defaults[name];
  };
  return {
    isWrapped: flag("isWrapped"),
    stamps: STAMP_STYLES.find((style) => style === stored.stamps) ?? defaults.stamps,
    showsStream: flag("showsStream"),
    showsFields: flag("showsFields"),
    folds: flag("folds"),
    showsHistogram: flag("showsHistogram"),
    isDark: flag("isDark"),
    announces: flag("announces"),
  };
};

export const useLogPreferences = (
  isNarrow: boolean,
): readonly [LogPreferences, (changes: Partial<LogPreferences>) => void] => {
  const [preferences, setPreferences] = useState(() => parsePreferences(read(), isNarrow));
  const change = useCallback((changes: Partial<LogPreferences>) => {
    setPreferences((former) => {
      const next = { ...former, ...changes };
      write(next);
      return next;
    });
  }, []);
  return [preferences, change];
};

const read = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

const write = (preferences: LogPreferences): void => {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Private windows may refuse storage: the choice then lasts as long as the page.
  }
};
