import { existsSync } from "node:fs";

const CHROMIUM = "/usr/bin/chromium";

/**
 * Debian's Chromium, which the browser tests run instead of a downloaded one.
 * @throws Error with a sentence when it is not installed
 */
export function chromiumPath(): string {
  if (existsSync(CHROMIUM)) return CHROMIUM;
  throw new Error(`${CHROMIUM} is missing: install Debian's chromium (node scripts/install-debian.mjs does, as root).`);
}

/** No sandbox: tests often run as root, where Chromium refuses to start with one; the pages are our own. No calls home either. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
];
