import { PATHS } from "../paths.ts";

/** The one-time setup token travels in the fragment, which never reaches a server, and is taken out at once. */

/** The token in a setup link, a fragment, or by itself; `null` when there is none. */
export const readSetupToken = (text: string): string | null => {
  const trimmed = text.trim();
  const inLink = /#(?:.*&)?token=([^&\s]+)/.exec(trimmed)?.[1];
  if (inLink !== undefined) return decodeLenient(inLink);
  return trimmed === "" || /[\s#/]/.test(trimmed) ? null : trimmed;
};

const decodeLenient = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Reads the token from the address of the setup page and scrubs it from address bar and history. */
export const takeSetupToken = (): string | null => {
  if (location.pathname !== PATHS.setup || location.hash === "") return null;
  const token = readSetupToken(location.hash);
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
};
