import { PATHS } from "./paths.ts";

/** One-time secrets of links travel in the fragment, which never reaches a server, and are taken out of it at once. */

/** Which page reads a secret, and under which name its links carry it. */
export const SECRET_NAMES = {
  [PATHS.setup]: "token",
  [PATHS.join]: "invitation",
  [PATHS.resetPassword]: "token",
  [PATHS.signIn]: "second-factor",
} as const;

/** `path` is the page that the link leads to: a secret of one page is none of another's. */
export type LinkSecret = { readonly path: keyof typeof SECRET_NAMES; readonly secret: string };

/** The secret in a link, a fragment, or by itself; `null` when there is none. */
export const readSecret = (text: string, name: (typeof SECRET_NAMES)[keyof typeof SECRET_NAMES]): string | null => {
  const trimmed = text.trim();
  const inLink = new RegExp(`#(?:.*&)?${name}=([^&\\s]+)`).exec(trimmed)?.[1];
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

/** Reads the secret from the address of a page that has one, and scrubs it from address bar and history. */
export const takeLinkSecret = (): LinkSecret | null => {
  const path = Object.values(PATHS).find((known) => known === location.pathname);
  if (path === undefined || !isSecretPath(path) || location.hash === "") return null;
  const secret = readSecret(location.hash, SECRET_NAMES[path]);
  history.replaceState(history.state, "", location.pathname + location.search);
  return secret === null ? null : { path, secret };
};

const isSecretPath = (path: string): path is LinkSecret["path"] => Object.hasOwn(SECRET_NAMES, path);
