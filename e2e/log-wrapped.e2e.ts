import { expect, type Page } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";
import { expectComplete, lineOf, logOf, newestLine, readThrough, untilNumber, watchLog } from "./log-watch.ts";

/** Lines of which every third needs several rows of the screen: `… tick 17`. */
const uneven = (atOnce: number, everySeconds: number): string =>
  [
    "long=$(printf 'words%.0s ' $(seq 1 80))",
    'say() { if [ $((i % 3)) = 0 ]; then echo "$long tick $i"; else echo "tick $i"; fi; }',
    `i=0; while [ $i -lt ${atOnce} ]; do i=$((i+1)); say; done`,
    `while true; do i=$((i+1)); say; sleep ${everySeconds}; done`,
  ].join("; ");

const openWrapped = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Wrap long lines" }).click();
  await expect(logOf(page).locator("[data-seq]").first()).toHaveAttribute("data-wrapped", "");
};

/** px between the end of the log and the end of what is seen. */
const belowPx = (page: Page): Promise<number> =>
  logOf(page).evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop);

/** How far rows overlap or stand apart, at most, px; and how many there are of more than one line's height. */
const gaps = (page: Page): Promise<{ readonly mostPx: number; readonly high: number }> =>
  logOf(page).evaluate((log) => {
    const boxes = [...log.querySelectorAll(".yd-row")].map((row) => row.getBoundingClientRect());
    boxes.sort((one, other) => one.top - other.top);
    const apart = boxes.slice(1).map((box, index) => Math.abs(box.top - (boxes[index]?.bottom ?? 0)));
    return { mostPx: Math.max(0, ...apart), high: boxes.filter(({ height }) => height > 20).length };
  });

const topOf = (page: Page, text: string): Promise<number> =>
  lineOf(page, text).evaluate((row) => row.getBoundingClientRect().top);

test("[LOGS-05] wrapped lines stand below each other, follow to the end, and stay there when the window changes", async ({
  page,
  run,
  open,
}) => {
  await watchLog(page);
  await open(await run({ name: freshName("wrapped"), script: uneven(400, 0.1) }));
  await untilNumber(page, 400);
  await openWrapped(page);
  await untilNumber(page, Number((await newestLine(page)).text.split(" ")[1]) + 10);
  await expect.poll(() => belowPx(page)).toBeLessThanOrEqual(1);
  const { mostPx, high } = await gaps(page);
  expect(mostPx).toBeLessThanOrEqual(0.5);
  expect(high).toBeGreaterThan(2);

  for (const size of [
    { width: 900, height: 600 },
    { width: 1_400, height: 900 },
  ]) {
    await page.setViewportSize(size);
    await untilNumber(page, Number((await newestLine(page)).text.split(" ")[1]) + 5);
    await expect.poll(() => belowPx(page)).toBeLessThanOrEqual(1);
    expect((await gaps(page)).mostPx).toBeLessThanOrEqual(0.5);
  }
});

test("[LOGS-05] a wrapped line under the eye stays where it is while lines come, and each can be scrolled to", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("wrapped"), script: uneven(300, 0.1) });
  await container.untilItPrinted("tick 301");
  await watchLog(page);
  await open(container);
  await untilNumber(page, 301);
  await openWrapped(page);
  await logOf(page).hover();
  await page.mouse.wheel(0, -1_500);
  await expect(page.getByText(/^Live · not following/).filter({ visible: true })).toBeVisible();
  // Whatever is in the middle by now.
  const text = await logOf(page).evaluate((log) => {
    const middle = log.getBoundingClientRect().top + log.clientHeight / 2;
    const row = [...log.querySelectorAll("[data-seq]")].find((one) => one.getBoundingClientRect().bottom > middle);
    return /tick \d+$/.exec(row?.textContent ?? "")?.[0] ?? "";
  });
  const top = await topOf(page, text);
  await expect(page.getByRole("button", { name: /^\d{2,} new$/ })).toBeVisible();
  expect(Math.abs((await topOf(page, text)) - top)).toBeLessThanOrEqual(1);
  expect((await gaps(page)).mostPx).toBeLessThanOrEqual(0.5);

  await container.stop();
  const last = Number((await container.lastLine()).split(" ").at(-1));
  await page.keyboard.press("End");
  await untilNumber(page, last);
  expectComplete(await readThrough(page), last);
});

test("[LOGS-05] the first Ctrl+F finds in the log, the second is the browser's; errors are counted as they are gone to", async ({
  page,
  run,
  open,
}) => {
  const script = 'for i in 1 2 3; do echo "INFO calm $i"; echo "ERROR trouble $i"; done; sleep 1000';
  await open(await run({ name: freshName("found"), script }));
  await expect(lineOf(page, "ERROR trouble 3")).toBeVisible();
  await page.evaluate(() => {
    Object.assign(window, { taken: [] as boolean[] });
    addEventListener("keydown", (event) => {
      if (event.ctrlKey && event.key === "f")
        (window as unknown as { taken: boolean[] }).taken.push(event.defaultPrevented);
    });
  });
  await page.keyboard.press("Control+f");
  await expect(page.getByLabel("Search in this log")).toBeFocused();
  await page.keyboard.press("Control+f");
  expect(await page.evaluate(() => (window as unknown as { taken: boolean[] }).taken)).toEqual([true, false]);

  await logOf(page).focus();
  await page.keyboard.press("e");
  await expect(page.getByText("error 1 of 3", { exact: true })).toBeAttached();
  await page.keyboard.press("Shift+E");
  // Round and round.
  await expect(page.getByText("error 3 of 3", { exact: true })).toBeAttached();
  await page.keyboard.press("Shift+E");
  await expect(page.locator("[data-current]")).toContainText("ERROR trouble 2");
});
