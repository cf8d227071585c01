import { expect, type Locator, type Page } from "@playwright/test";

/** A line as a row of the log showed it. */
export interface SeenLine {
  readonly seq: number;
  /** What the container printed: `tick 17`. */
  readonly text: string;
}

/** The first moment at which the log showed any line. */
export interface FirstRender {
  readonly lastSeq: number;
  /** Height of all that can be scrolled to, and how far the end of it was from the end of what was visible, in px. */
  readonly scrollHeight: number;
  readonly distanceFromEnd: number;
  /** Lines that the container had printed later than this number were not there yet. */
  readonly lastNumber: number;
}

interface LogRecord {
  readonly texts: Record<number, string>;
  /** What must never be: a row that changed its text, a row of lost lines. */
  readonly complaints: string[];
  first: FirstRender | null;
}

declare global {
  interface Window {
    logRecord: LogRecord;
  }
}

/** The lines of test containers: a word and a number that grows by one. */
const PRINTED = "tick (\\d+)";

/**
 * Notes every row that the log ever shows on this page, from the next navigation on. A virtual list only keeps in the document what is on
 * screen, so looking at the end would not tell what has been there.
 */
export const watchLog = async (page: Page): Promise<void> => {
  await page.addInitScript((printed) => {
    const record: LogRecord = { texts: {}, complaints: [], first: null };
    window.logRecord = record;
    const pattern = new RegExp(printed);
    const look = (): void => {
      const log = document.querySelector('[role="log"] > [role="group"]');
      if (log === null) return;
      let last: { seq: number; number: number } | null = null;
      for (const row of log.querySelectorAll<HTMLElement>("[data-seq]")) {
        const [text, number] = pattern.exec(row.textContent) ?? [];
        if (text === undefined) continue;
        const seq = Number(row.dataset.seq);
        const before = record.texts[seq];
        if (before !== undefined && before !== text) record.complaints.push(`line ${seq} was ${before}, is ${text}`);
        record.texts[seq] = text;
        if (last === null || seq > last.seq) last = { seq, number: Number(number) };
      }
      for (const row of log.querySelectorAll("[data-loss]")) record.complaints.push(row.textContent);
      if (record.first !== null || last === null) return;
      record.first = {
        lastSeq: last.seq,
        lastNumber: last.number,
        scrollHeight: log.scrollHeight,
        distanceFromEnd: log.scrollHeight - log.clientHeight - log.scrollTop,
      };
    };
    new MutationObserver(look).observe(document, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["data-seq"],
    });
  }, PRINTED);
};

/** What holds the lines of the log: it scrolls, and has the focus. */
export const logOf = (page: Page): Locator => page.getByRole("log").getByRole("group", { name: "Lines", exact: true });

/** The row of the line that ends with this text. */
export const lineOf = (page: Page, text: string): Locator =>
  logOf(page)
    .locator("[data-seq]")
    .filter({ hasText: new RegExp(`${text}$`) });

/** Every line seen so far, in the order of their numbers. Fails for a row that changed, and for lines shown as lost. */
export const seenLines = async (page: Page): Promise<readonly SeenLine[]> => {
  const { texts, complaints } = await page.evaluate(() => window.logRecord);
  expect(complaints).toEqual([]);
  return Object.entries(texts)
    .map(([seq, text]) => ({ seq: Number(seq), text }))
    .toSorted((one, other) => one.seq - other.seq);
};

export const firstRender = (page: Page): Promise<FirstRender | null> => page.evaluate(() => window.logRecord.first);

/** The newest line seen so far. */
export const newestLine = async (page: Page): Promise<SeenLine> => {
  const newest = (await seenLines(page)).at(-1);
  if (newest === undefined) throw new Error("The page has not shown any line yet.");
  return newest;
};

export const numberOf = ({ text }: Pick<SeenLine, "text">): number => Number(text.split(" ")[1]);

/** Resolves when the page has shown line `tick number`, or a later one. */
export const untilNumber = async (page: Page, number: number): Promise<void> => {
  await page.waitForFunction(
    (wanted) => Object.values(window.logRecord.texts).some((text) => Number(text.split(" ")[1]) >= wanted),
    number,
  );
};

/** Resolves when the page has shown the line with this sequence number, or a later one. */
export const untilSeq = async (page: Page, seq: number): Promise<void> => {
  await page.waitForFunction(
    (wanted) => Object.keys(window.logRecord.texts).some((seen) => Number(seen) >= wanted),
    seq,
  );
};

/** Scrolls through all that the page holds, from the beginning to the end, and returns every line seen, then or before. */
export const readThrough = async (page: Page): Promise<readonly SeenLine[]> => {
  await logOf(page).evaluate(async (log) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    // A view that follows takes the first move back if it draws before it has heard of it, and older lines come in above.
    do {
      log.scrollTop = 0;
      await frame();
      await frame();
    } while (log.scrollTop > 0);
    while (log.scrollTop + log.clientHeight < log.scrollHeight - 1) {
      log.scrollTop += log.clientHeight;
      await frame();
      await frame();
    }
  });
  return seenLines(page);
};

/** Lines `tick 1` to `tick last` and nothing else, each once, in the order of their sequence numbers, which have no hole. */
export const expectComplete = (lines: readonly SeenLine[], last: number): void => {
  expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: last }, (_, index) => `tick ${index + 1}`));
  const first = lines[0]?.seq ?? 0;
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => first + index));
};
