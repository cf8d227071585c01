import { expect, type Locator, type Page } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";
import { lineOf, logOf } from "./log-watch.ts";

/** The current line: how it is named to those who do not see it, and what opens it. */

const SCRIPT =
  "for i in $(seq 1 300); do echo \"INFO tick $i\"; done; echo 'ERROR no database'; echo 'INFO last'; sleep 1000";

const details = (page: Page): Locator => page.getByRole("region", { name: "Details of the line" });
const opener = (page: Page): Locator => page.getByRole("button", { name: "Open line" });

/** What a screen reader is led to while the lines have the focus; `null`: to nothing in particular. */
const activeLine = (page: Page): Promise<string | null> =>
  logOf(page).evaluate((pane) => {
    const id = pane.getAttribute("aria-activedescendant");
    return id === null ? null : (document.getElementById(id)?.textContent ?? "an id that nothing has");
  });

test("[WCAG] the current line is the active descendant of the lines while it is drawn, and is not said twice", async ({
  page,
  run,
  open,
}) => {
  await open(await run({ name: freshName("named"), script: SCRIPT }));
  await expect(lineOf(page, "INFO last")).toBeVisible();
  await expect(logOf(page)).not.toHaveAttribute("aria-activedescendant");
  const spoken = page.locator("p[aria-live]").filter({ hasText: /database/ });

  // With the focus elsewhere nothing reads the line, so it is said.
  await page.getByLabel("Search in this log").fill("database");
  await expect(page.getByRole("status").filter({ hasText: /^1$/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(spoken).toHaveText("match 1 of 1: ERROR no database");
  await expect.poll(() => activeLine(page)).toContain("ERROR no database");

  await logOf(page).focus();
  await page.keyboard.press("j");
  await expect.poll(() => activeLine(page)).toContain("INFO last");
  await expect(spoken).toHaveCount(0);
  await page.keyboard.press("n");
  await expect.poll(() => activeLine(page)).toContain("ERROR no database");
  await expect(page.getByText("match 1 of 1", { exact: true })).toBeAttached();
  await expect(logOf(page).getByRole("group", { name: "ERROR no database", exact: true })).toBeVisible();
  await expect(logOf(page).locator(".yd-row[id]")).toHaveCount(1);

  // Far away from it there is nothing that could be pointed at.
  await page.keyboard.press("Home");
  await expect(lineOf(page, "INFO tick 1")).toBeVisible();
  await expect(logOf(page)).not.toHaveAttribute("aria-activedescendant");
  await expect(logOf(page).locator(".yd-row[id]")).toHaveCount(0);
  await page.keyboard.press("End");
  await expect.poll(() => activeLine(page)).toContain("ERROR no database");
});

test("[LOGS-05] a button at the line that is pointed at, or else at the current one, opens it; nothing moves for it", async ({
  page,
  run,
  open,
}) => {
  await open(await run({ name: freshName("opener"), script: SCRIPT }));
  const [last, error] = [lineOf(page, "INFO last"), lineOf(page, "ERROR no database")];
  await expect(last).toBeVisible();
  await expect(opener(page)).toBeHidden();
  const textLeft = (): Promise<number> =>
    error.locator(".yd-text").evaluate((text) => Math.round(text.getBoundingClientRect().left));
  const before = await textLeft();

  await error.hover();
  await expect(opener(page)).toBeVisible();
  expect(await textLeft()).toBe(before);
  const [button, row] = [await opener(page).boundingBox(), await error.boundingBox()];
  expect(button?.width).toBeGreaterThanOrEqual(24);
  expect(button?.height).toBeGreaterThanOrEqual(24);
  expect((button?.y ?? 0) + (button?.height ?? 0)).toBe((row?.y ?? 0) + (row?.height ?? 0));
  await expect(opener(page)).toHaveAttribute("aria-expanded", "false");
  await opener(page).click();
  await expect(details(page)).toContainText("no database");
  await expect(opener(page)).toHaveAttribute("aria-expanded", "true");
  await opener(page).click();
  await expect(details(page)).toHaveCount(0);

  // By keyboard: it stands at the current line, right behind the lines.
  await page.mouse.move(0, 0);
  await expect(logOf(page)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("Tab");
  await expect(opener(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(details(page)).toContainText("INFO last");
  await page.keyboard.press("Escape");
  await expect(details(page)).toHaveCount(0);
  // When its line goes, the focus stays in the lines.
  await expect(opener(page)).toBeFocused();
  await page.keyboard.press("g");
  await page.keyboard.press("g");
  await expect(opener(page)).toBeHidden();
  await expect(logOf(page)).toBeFocused();
});

test("[LOGS-05] what waits is counted as the filter shows it", async ({ page, run, open }) => {
  const script =
    'echo "INFO ready"; i=0; while true; do i=$((i+1)); echo "DEBUG chatter $i"; [ $((i % 10)) = 0 ] && echo "ERROR failed $i"; sleep 0.05; done';
  await open(await run({ name: freshName("chatter"), script }));
  await page.getByRole("button", { name: "All levels" }).click();
  await page.getByRole("menuitem", { name: "Errors only" }).click();
  await expect(lineOf(page, "ERROR failed 20")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  const waiting = async (): Promise<number> => {
    const text = await page
      .getByText(/^Paused · /)
      .filter({ visible: true })
      .textContent();
    return Number(/^Paused · ([\d,]+) waiting/.exec(text ?? "")?.[1]);
  };
  await expect.poll(waiting).toBeGreaterThanOrEqual(5);
  const errors = await waiting();
  // Ten lines come with each error: shown as well, they are counted.
  await logOf(page).press("4");
  await expect.poll(waiting).toBeGreaterThanOrEqual((errors - 1) * 11);
});

test("[LOGS-11] where a search finds nothing among the loaded lines, a button leads to the stored ones", async ({
  page,
  run,
  open,
}) => {
  const { workloadId } = await open(await run({ name: freshName("nowhere"), script: SCRIPT }));
  await expect(lineOf(page, "INFO last")).toBeVisible();
  const field = page.getByLabel("Search in this log");
  await field.fill("tick");
  await expect(page.getByRole("status").filter({ hasText: /^300$/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Search stored lines" })).toHaveCount(0);
  await field.fill("not to be found");
  await expect(page.getByText("Nothing found in the loaded lines.")).toBeVisible();
  await page.getByRole("button", { name: "Show only lines that match" }).click();
  await expect(page.getByText(/^No line matches: \d+ lines hidden\.$/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Clear filters" })).toBeVisible();
  await page.getByRole("button", { name: "Search stored lines" }).click();
  await expect(page.getByLabel("Search stored lines")).toHaveValue("not to be found");
  expect(new URL(page.url()).searchParams.get("workload")).toBe(workloadId);
  await expect(page.getByText("No stored line matches.")).toBeVisible();
  await page.goBack();
  await expect(field).toHaveValue("not to be found");
});
