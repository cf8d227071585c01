/** How well something fits what was typed. */

const EXACT = 1_000;
const WHOLE = 600;
const WORD_START = 200;
const IN_A_ROW = 8;
const LETTER = 1;
/** What stands beside the title counts less than the title. */
const BESIDE = 0.4;

const startsWord = (text: string, at: number): boolean => at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "");

/** Higher is better; `null`: the letters of `word` are not in `text`, in this order. Both in lower case. */
export const scoreWord = (word: string, text: string): number | null => {
  if (word === "") return 0;
  if (text === word) return EXACT;
  const at = wholeAt(word, text);
  // Shorter texts fit better: more of them was meant.
  if (at >= 0)
    return WHOLE + (startsWord(text, at) ? WORD_START : 0) - Math.min(at, 50) - Math.min(text.length, 99) / 100;
  return scoreLetters(word, text);
};

/** Where `word` stands in one piece, at the beginning of a word if possible. */
const wholeAt = (word: string, text: string): number => {
  const first = text.indexOf(word);
  for (let at = first; at >= 0; at = text.indexOf(word, at + 1)) if (startsWord(text, at)) return at;
  return first;
};

/** Letters in order with others in between; runs and beginnings of words count more. At most a quarter may be jumped to. */
const scoreLetters = (word: string, text: string): number | null => {
  let score = 0;
  let from = 0;
  let last = -2;
  let jumps = 0;
  for (const letter of word) {
    const run = text[last + 1] === letter ? last + 1 : -1;
    const at = run >= 0 ? run : startOrAny(letter, text, from);
    if (at < 0) return null;
    if (at === last + 1) score += IN_A_ROW;
    else if (!startsWord(text, at)) jumps += 1;
    score += LETTER + (startsWord(text, at) ? IN_A_ROW : 0);
    last = at;
    from = at + letter.length;
  }
  return jumps * 4 > word.length ? null : score - Math.min(text.length, 99) / 100;
};

const startOrAny = (letter: string, text: string, from: number): number => {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (startsWord(text, at)) return at;
  }
  return text.indexOf(letter, from);
};

export type Ranked = {
  readonly title: string;
  /** What stands beside it: a container's host. */
  readonly beside: string;
};

/** Every word must fit the title or what stands beside it; `null` when one does not. */
export const scoreItem = (query: string, { title, beside }: Ranked): number | null => {
  const [lowTitle, lowBeside] = [title.toLowerCase(), beside.toLowerCase()];
  let total = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    const inTitle = scoreWord(word, lowTitle);
    const inBeside = scoreWord(word, lowBeside);
    if (inTitle === null && inBeside === null) return null;
    total += Math.max(inTitle ?? 0, (inBeside ?? 0) * BESIDE);
  }
  return total;
};
