/** The person's choice of theme. Kept in this browser only; `system` follows the device. */

const THEME_CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = "yardarm.theme";

type Listener = () => void;
const listeners = new Set<Listener>();

/** What is stored; `system` when nothing is, or when the browser refuses storage. */
export const readTheme = (): ThemeChoice => {
  try {
    const stored = localStorage.getItem(KEY);
    return THEME_CHOICES.find((choice) => choice === stored) ?? "system";
  } catch {
    return "system";
  }
};

/** Puts the choice on the document, where tokens.css reads it. */
export const applyTheme = (choice: ThemeChoice): void => {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  for (const listener of listeners) listener();
};

/** Stores and applies the choice; a browser that refuses storage still gets it until it reloads. */
export const chooseTheme = (choice: ThemeChoice): void => {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Private windows may refuse storage: the choice then lasts as long as the page.
  }
  applyTheme(choice);
};

const chosen = (): ThemeChoice => {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
};

/** For `useSyncExternalStore`. `effective` also changes with the device's own theme. */
export const themeStore = {
  subscribe(listener: Listener): () => void {
    const media = matchMedia("(prefers-color-scheme: dark)");
    listeners.add(listener);
    media.addEventListener("change", listener);
    return () => {
      listeners.delete(listener);
      media.removeEventListener("change", listener);
    };
  },
  choice: chosen,
  effective: (): "light" | "dark" => {
    const choice = chosen();
    if (choice !== "system") return choice;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  },
};
