/** What a reader made of a container's numbered lines: `line 1` to `line n`, each of them once, and losses in between. */

export interface NumberedRun {
  /** Different lines. */
  readonly delivered: number;
  /** Lines that came again, or out of their order. */
  readonly repeated: number;
  /** Lines that never came. */
  readonly missing: number;
  /** Missing lines without a loss in front of the next one that came. */
  readonly undeclared: number;
  /** Losses. */
  readonly losses: number;
  /** Losses behind which no line was missing: it could not be told. */
  readonly inVain: number;
}

const LINE = /^line (\d+)/;
const LOSS = /^\((\w+)\)$/;

/** `texts` in the order of their coming; a loss as its reason in brackets. */
export const judgeRun = (texts: readonly string[], lines: number): NumberedRun => {
  const seen = new Uint8Array(lines + 1);
  let next = 1;
  let isDeclared = false;
  const run = { delivered: 0, repeated: 0, undeclared: 0, losses: 0, inVain: 0 };
  const gapBefore = (number: number): void => {
    if (!isDeclared) run.undeclared += number - next;
    else if (number === next) run.inVain += 1;
    isDeclared = false;
  };
  for (const text of texts) {
    if (LOSS.test(text)) {
      run.losses += 1;
      isDeclared = true;
      continue;
    }
    const number = Number(LINE.exec(text)?.[1]);
    if (!(number >= 1 && number <= lines)) throw new Error(`A line that was never written: ${text.slice(0, 80)}`);
    if (seen[number] === 0) run.delivered += 1;
    if (seen[number] === 1 || number < next) run.repeated += 1;
    else {
      gapBefore(number);
      next = number + 1;
    }
    seen[number] = 1;
  }
  gapBefore(lines + 1);
  return { ...run, missing: lines - run.delivered };
};
