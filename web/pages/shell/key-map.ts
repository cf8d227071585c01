import { SECTIONS } from "./sections.tsx";

/** Every key, where it acts and what it does: the sheet shows this table, and a test compares it with what pages listen to. */

export const KEY_PLACES = ["everywhere", "log", "lists"] as const;
export type KeyPlace = (typeof KEY_PLACES)[number];

export type KeyEntry = {
  /** As in `useHotkeys`; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  readonly keys: string;
  readonly does: string;
  readonly place: KeyPlace;
};

export const KEY_MAP: readonly KeyEntry[] = [
  { keys: "Mod+K", does: "Go to anything, do anything", place: "everywhere" },
  { keys: "?", does: "Show all keys", place: "everywhere" },
  { keys: ".", does: "Actions on what is open", place: "everywhere" },
  ...SECTIONS.map(({ keys, label }): KeyEntry => ({ keys, does: `Go to ${label}`, place: "everywhere" })),
  { keys: "Escape", does: "Close the topmost layer", place: "everywhere" },
  { keys: "/", does: "Filter or search", place: "lists" },
  { keys: "/", does: "Search in the log", place: "log" },
  { keys: "Mod+F", does: "Search in the log; again: the browser's search", place: "log" },
  { keys: "n", does: "Next match", place: "log" },
  { keys: "N", does: "Previous match", place: "log" },
  { keys: "e", does: "Next error", place: "log" },
  { keys: "E", does: "Previous error", place: "log" },
  { keys: "Space", does: "Pause or resume, while the lines have the focus", place: "log" },
  { keys: "End", does: "To the newest line", place: "log" },
  { keys: "G", does: "To the newest line", place: "log" },
  { keys: "g g", does: "To the oldest line loaded", place: "log" },
  { keys: "j", does: "Next line", place: "log" },
  { keys: "k", does: "Previous line", place: "log" },
  { keys: "Enter", does: "Details of the current line", place: "log" },
  { keys: "x", does: "What is around the current line, without filters", place: "log" },
  { keys: "y", does: "Copy a link to the current line", place: "log" },
  { keys: "1", does: "Show or hide errors", place: "log" },
  { keys: "2", does: "Show or hide warnings", place: "log" },
  { keys: "3", does: "Show or hide info", place: "log" },
  { keys: "4", does: "Show or hide debug and trace", place: "log" },
  { keys: "5", does: "Show or hide lines without a level", place: "log" },
  { keys: "w", does: "Wrap long lines", place: "log" },
  { keys: "t", does: "Next format of timestamps", place: "log" },
  { keys: "c", does: "Copy the selection or the current line", place: "log" },
  { keys: "Mod+Shift+L", does: "Clear the view", place: "log" },
];

/** A key that can be put elsewhere: one character by itself. */
export const isMovable = ({ keys }: KeyEntry): boolean => keys.length === 1;

/** What stands on the keys, one entry for each of them: `⌘`, `K`. */
export const keyCaps = (keys: string, isMac: boolean): readonly string[] =>
  keys.split(/[ +](?=.)/).map((key) => {
    switch (key) {
      case "Mod":
        return isMac ? "⌘" : "Ctrl";
      case "Shift":
        return isMac ? "⇧" : "Shift";
      case "Escape":
        return "Esc";
      default:
        return key;
    }
  });

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);
