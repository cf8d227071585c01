/**
 * What people type about themselves, in the one form in which it is stored and compared, so that two texts that look
 * alike are not two things.
 */

/**
 * An e-mail address as accounts know it: compatibility forms folded (NFKC: `ａ` is `a`), no space around it, lower case
 * by Unicode's own rules and not by a language's. Whoever compares addresses compares this.
 */
export const normalizeEmail = (text: string): string => text.normalize("NFKC").trim().toLowerCase();

/**
 * A mailbox in ASCII. Letters of other scripts are refused rather than told apart: an `а` of Cyrillic is no `a`, and
 * nobody sees it. A domain in other letters is written in its `xn--` form.
 */
export const EMAIL_PATTERN: RegExp =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

/** Control characters, line separators, and what is invisible or turns the direction of the text around it. */
export const INVISIBLE_PATTERN: RegExp =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;
