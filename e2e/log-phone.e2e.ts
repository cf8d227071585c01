import { expect, type Locator, type Page } from "@playwright/test";
import { findContainer, freshName, test } from "./fixtures.ts";
import { lineOf, logOf } from "./log-watch.ts";

/** On a phone: lines begin in the upper quarter of the screen, and nothing that is needed has gone for it. */

const MOST_ABOVE_PX = 220;
const SCRIPT = "for i in $(seq 1 60); do echo \"INFO tick $i\"; done; echo 'ERROR at last'; sleep 1000";

test.use({ viewport: { width: 390, height: 844 } });

const topOf = async (target: Locator): Promise<number> => (await target.boundingBox())?.y ?? Number.NaN;
const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/** At 320 px, too, nothing is wider than the screen. */
const fitsNarrow = async (page: Page): Promise<void> => {
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
};

test("[LOGS-05] a container's log: state, actions, search and levels above it, in little room", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("narrow"), script: SCRIPT });
  await open(container);
  await expect(lineOf(page, "ERROR at last")).toBeVisible();
  expect(await topOf(logOf(page))).toBeLessThan(MOST_ABOVE_PX);
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  for (const verb of ["Start", "Stop", "Restart", "More actions"]) await expect(button(page, verb)).toBeVisible();
  for (const act of ["Pause", "All levels", "More for this log"]) await expect(button(page, act)).toBeVisible();
  await expect(page.getByLabel("Search in this log")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Breadcrumb" })).toContainText(container.name);
  await fitsNarrow(page);
  for (const verb of ["Start", "Stop", "Restart", "More actions"]) await expect(button(page, verb)).toBeInViewport();
});

test("[LOGS-13] the explorer: live and stored lines; over time at the press of a button", async ({
  page,
  fleet,
  run,
}) => {
  const { dockerId } = await run({ name: freshName("narrow"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(lineOf(page, "ERROR at last")).toBeVisible();
  expect(await topOf(logOf(page))).toBeLessThan(MOST_ABOVE_PX);
  await expect(page.getByText("1 container on 1 host").filter({ visible: true })).toBeVisible();

  await page.getByRole("tab", { name: "Stored lines" }).click();
  const hits = page.getByRole("region", { name: "Hits" });
  await expect(async () => {
    await button(page, "Search").click();
    await expect(hits.getByRole("listitem")).toHaveCount(61, { timeout: 1_500 });
  }).toPass();
  expect(await topOf(hits)).toBeLessThan(MOST_ABOVE_PX);
  const counted = page.getByRole("status").filter({ hasText: /^61 lines, / });
  await expect(counted).toHaveCount(0);
  await button(page, "Lines over time").click();
  await expect(counted).toBeVisible();
  await button(page, "Lines over time").click();
  await expect(counted).toHaveCount(0);
  await fitsNarrow(page);
});
