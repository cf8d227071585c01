import { expect, type Page } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";
import { lineOf, logOf, newestLine, untilSeq, watchLog } from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

const chip = (page: Page, text: RegExp) => page.getByText(text).filter({ visible: true });

test("[LOGS-05] pause keeps what comes, resume shows it; reading further up is never disturbed", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("steady"), script: ticks({ atOnce: 200, everyMs: 50 }) });
  await watchLog(page);
  await open(container);
  await untilSeq(page, 210);

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(chip(page, /^Paused · [1-9]\d* waiting · \d\d:\d\d$/)).toBeVisible();
  const { seq } = await newestLine(page);
  await expect(chip(page, /^Paused · \d{2,} waiting/)).toBeVisible();
  expect((await newestLine(page)).seq).toBe(seq);
  await page.getByRole("button", { name: "Resume" }).click();
  await untilSeq(page, seq + 20);

  await logOf(page).hover();
  await page.mouse.wheel(0, -1_500);
  await expect(chip(page, /^Live · not following/)).toBeVisible();
  const reading = logOf(page).locator("[data-seq]").nth(15);
  const line = await reading.textContent();
  const top = await reading.evaluate((row) => row.getBoundingClientRect().top);
  const pill = page.getByRole("button", { name: /^\d{2,} new$/ });
  await expect(pill).toBeVisible();
  const same = logOf(page)
    .locator("[data-seq]")
    .filter({ hasText: line ?? "" });
  expect(await same.evaluate((row) => row.getBoundingClientRect().top)).toBe(top);
  await pill.click();
  await expect(chip(page, /^Live$/).first()).toBeVisible();
  const newest = await newestLine(page);
  await expect(pill).toBeHidden();
  await untilSeq(page, newest.seq + 5);
});

test("[LOGS-05] search, levels and clear", async ({ page, run, open }) => {
  const container = await run({
    name: freshName("mixed"),
    script: "echo 'INFO ready'; echo 'WARN slow'; echo 'ERROR no database' >&2; echo 'INFO ready again'; sleep 1000",
  });
  await open(container);
  const lines = logOf(page).locator("[data-seq]");
  await expect(lines).toHaveCount(4);

  await page.getByLabel("Search in this log").fill("READY");
  await expect(page.getByRole("status").filter({ hasText: /^2$/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: /^\d of 2$/ })).toBeVisible();
  await page.getByRole("button", { name: "Show only lines that match" }).click();
  await expect(lines).toHaveCount(2);
  await expect(page.getByText(/2 hidden by filter/)).toBeVisible();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await expect(lines).toHaveCount(4);

  await page.getByRole("button", { name: "All levels" }).click();
  await page.getByRole("menuitem", { name: "Errors only" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lineOf(page, "ERROR no database")).toBeVisible();
  await page.getByRole("button", { name: "Errors only" }).click();
  await page.getByRole("menuitem", { name: "All levels" }).click();

  await page.getByRole("button", { name: "Clear this view" }).click();
  await expect(lines).toHaveCount(0);
  await page.getByRole("button", { name: "show again" }).click();
  await expect(lines).toHaveCount(4);
});
