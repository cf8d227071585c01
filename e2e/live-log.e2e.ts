import { expect } from "@playwright/test";
import { enter, freshName, test } from "./fixtures.ts";
import {
  expectComplete,
  firstRender,
  lineOf,
  logOf,
  numberOf,
  readThrough,
  seenLines,
  untilNumber,
  watchLog,
} from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

const ROW_PX = 20;
const BACKFILL = 1_000;

test("[LOGS-04] a line that a container prints is in the document", async ({ page, run, open }) => {
  const container = await run({ name: freshName("printer"), script: "echo 'a line of its own'; sleep 1000" });
  await open(container);
  await expect(logOf(page)).toContainText("a line of its own");
  await expect(page.getByText("Live", { exact: true }).first()).toBeVisible();
});

test("[LOGS-07] three browsers see the same lines in the same order", async ({ browser, fleet, run, open }) => {
  const container = await run({ name: freshName("shared"), script: ticks({ everyMs: 20 }) });
  const contexts = await Promise.all([1, 2, 3].map(() => browser.newContext()));
  const pages = await Promise.all(
    contexts.map(async (context) => {
      await enter(context, fleet.session);
      const page = await context.newPage();
      await watchLog(page);
      await open(container, page);
      return page;
    }),
  );
  await Promise.all(pages.map((page) => untilNumber(page, 200)));
  await container.stop();
  const last = numberOf({ text: await container.lastLine() });
  await Promise.all(pages.map((page) => untilNumber(page, last)));
  const [one = [], two, three] = await Promise.all(pages.map(readThrough));
  expectComplete(one, last);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
  await Promise.all(contexts.map((context) => context.close()));
});

test("[LOGS-07] 1,000 lines of backfill appear at once, then the stream goes on", async ({ page, run, open }) => {
  const printed = 2_500;
  const container = await run({ name: freshName("talker"), script: ticks({ atOnce: printed, everyMs: 50 }) });
  await container.untilItPrinted(`tick ${printed}`);
  await watchLog(page);
  await open(container);
  await untilNumber(page, printed + 20);

  const first = await firstRender(page);
  expect(first?.scrollHeight).toBeGreaterThanOrEqual(BACKFILL * ROW_PX);
  expect(first?.distanceFromEnd).toBeLessThanOrEqual(1);
  expect(first?.lastNumber).toBeGreaterThanOrEqual(printed);

  // From the first line on screen to the last one, nothing is missing or there twice.
  const lines = await seenLines(page);
  const from = numberOf(lines[0] ?? { text: "" });
  expect(lines.map(({ text }) => text)).toEqual(lines.map((_, index) => `tick ${from + index}`));
});

test("[LOGS-07] scrolling back loads what is older, down to the first line", async ({ page, run, open }) => {
  const printed = 1_500;
  const container = await run({ name: freshName("archive"), script: ticks({ atOnce: printed, everyMs: 1e6 }) });
  await container.untilItPrinted(`tick ${printed + 1}`);
  await watchLog(page);
  await open(container);
  await untilNumber(page, printed + 1);
  await logOf(page).focus();
  await expect(async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("g");
    await expect(lineOf(page, "tick 1")).toBeVisible({ timeout: 500 });
  }).toPass();
  expectComplete(await readThrough(page), printed + 1);
});
