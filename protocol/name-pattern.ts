/** Patterns of names, as people write them: plain text in which `*` stands for any characters, none included. */

export const NAME_PATTERN_CHARACTERS = 256;

/** True when the whole of `text` is like `pattern`. Takes at most their lengths multiplied. */
export const isLike = (text: string, pattern: string): boolean => {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[next] === "*") {
      star = next++;
      starAt = at;
    } else if (next < pattern.length && pattern[next] === text[at]) {
      next++;
      at++;
    } else if (star === -1) {
      return false;
    } else {
      next = star + 1;
      at = ++starAt;
    }
  }
  while (pattern[next] === "*") next++;
  return next === pattern.length;
};
