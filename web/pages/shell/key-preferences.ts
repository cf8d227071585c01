/** Single keys can be switched off or put elsewhere (WCAG 2.1.4). Kept in this browser. */

export type KeyPreferences = {
  readonly areSingleKeysOn: boolean;
  /** The key that was chosen instead, by the key that it was at first. */
  readonly moved: Readonly<Record<string, string>>;
};

const KEY = "yardarm.keys";
const DEFAULTS: KeyPreferences = { areSingleKeysOn: true, moved: {} };

/** Reads stored text; anything unknown in it is left out. */
export const parseKeyPreferences = (text: string | null): KeyPreferences => {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "{}");
  } catch {
    return DEFAULTS;
  }
  if (typeof value !== "object" || value === null) return DEFAULTS;
  const { areSingleKeysOn, moved } = value as Readonly<Record<string, unknown>>;
  const pairs = typeof moved === "object" && moved !== null ? Object.entries(moved) : [];
  return {
    areSingleKeysOn: typeof areSingleKeysOn === "boolean" ? areSingleKeysOn : true,
    moved: Object.fromEntries(
      pairs.filter((pair): pair is [string, string] => pair[0].length === 1 && isCharacter(pair[1])),
    ),
  };
};

const isCharacter = (key: unknown): key is string => typeof key === "string" && key.length === 1 && key !== " ";

const read = (): KeyPreferences => {
  try {
    return parseKeyPreferences(localStorage.getItem(KEY));
  } catch {
    return DEFAULTS;
  }
};

let current: KeyPreferences | null = null;
const listeners = new Set<() => void>();

export const keyPreferences = {
  get: (): KeyPreferences => (current ??= read()),
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  change: (changes: Partial<KeyPreferences>): void => {
    current = { ...keyPreferences.get(), ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(current));
    } catch {
      // Private windows may refuse storage: the choice then lasts as long as the page.
    }
    for (const listener of listeners) listener();
  },
};

/** What is pressed for something that was `key` at first. */
export const pressedFor = (key: string, { moved }: KeyPreferences): string => moved[key] ?? key;

/** The key that `pressed` stands for; `null` when it stands for nothing: moved elsewhere, or switched off. */
export const meantBy = (pressed: string, { areSingleKeysOn, moved }: KeyPreferences): string | null => {
  const isSingle = pressed.split(" ").every((key) => key.length === 1);
  if (isSingle && !areSingleKeysOn) return null;
  const chosen = Object.entries(moved).find(([, key]) => key === pressed);
  if (chosen !== undefined) return chosen[0];
  return moved[pressed] === undefined ? pressed : null;
};
