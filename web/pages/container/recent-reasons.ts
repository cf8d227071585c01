/** Reasons given lately in this browser, newest first, offered again while typing. */

const KEY = "yardarm.reasons";
const KEEP = 8;

export const readReasons = (): readonly string[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((reason) => typeof reason === "string").slice(0, KEEP) : [];
  } catch {
    return [];
  }
};

export const rememberReason = (reason: string): void => {
  try {
    const others = readReasons().filter((other) => other !== reason);
    localStorage.setItem(KEY, JSON.stringify([reason, ...others].slice(0, KEEP)));
  } catch {
    // Storage may be refused: then nothing is offered again.
  }
};
