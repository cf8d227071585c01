import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileNews } from "./file-news.ts";

const FILE = "container-json.log";

describe("when to look into a log", () => {
  let path: string;
  let log: string;
  let news: FileNews;
  let found: number;
  let reading: Promise<void>;
  let isOver: boolean;

  /** Looks whenever it is told to, and notes how much it has seen. */
  const read = async (): Promise<void> => {
    while (!isOver) {
      news.looking();
      const before = found;
      found = statSync(log).size;
      await news.next(found !== before, false);
    }
  };
  const begin = (isHasty: boolean): void => {
    news = new FileNews({
      isHasty,
      onError: (error) => {
        throw error;
      },
    });
    news.follow({ path, fileName: FILE, ownerUid: 0 });
    reading = read();
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await nextTurn();
  };
  /** Each write is an event of its own, for somebody reads them in between. */
  const writeOften = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) {
      appendFileSync(log, ".");
      await nextTurn();
    }
  };

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "yardarm-news-"));
    log = join(path, FILE);
    writeFileSync(log, "");
    found = 0;
    isOver = false;
  });
  afterEach(async () => {
    isOver = true;
    news.close();
    await reading;
    rmSync(path, { recursive: true });
  });

  test("a busy log is looked at by the clock, a quiet one by its events, and nothing is missed between the two", async () => {
    begin(false);
    for (let round = 1; round <= 3; round++) {
      expect(news.isWatching).toBe(true);
      while (news.isWatching) await writeOften(100);
      const written = statSync(log).size;
      await until(() => found === written);
      await until(() => news.isWatching);
      appendFileSync(log, ".");
      await until(() => found === written + 1);
    }
  });

  test("files that are soon removed are never left to the clock", async () => {
    begin(true);
    await writeOften(2_000);
    expect(news.isWatching).toBe(true);
    await until(() => found === 2_000);
  });

  test("what happens to other files of the directory tells nothing", async () => {
    begin(false);
    appendFileSync(log, ".");
    await until(() => found === 1);
    for (let count = 0; count < 1_000; count++) {
      appendFileSync(join(path, "hostconfig.json"), ".");
      await nextTurn();
    }
    expect(news.isWatching).toBe(true);
  });

  test("somebody who wakes a reading need not wait for the log", async () => {
    begin(false);
    appendFileSync(log, ".");
    await until(() => found === 1);
    isOver = true;
    news.wake();
    await reading;
  });
});
