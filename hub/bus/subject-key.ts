import type { Subject } from "./bus.ts";

const WORDS = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/**
 * The subject as one string, the org in front. Wildcards and empty words are refused, so that no name can reach into
 * another org.
 *
 * @throws RangeError when a part is not made of words
 */
export const subjectKey = ({ orgId, name }: Subject): string => {
  if (!WORDS.test(orgId) || orgId.includes(".") || !WORDS.test(name)) throw new RangeError("Not a subject.");
  return `yardarm.${orgId}.${name}`;
};
