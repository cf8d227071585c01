import { expect, type Locator, type Page } from "@playwright/test";
import { OWNER } from "@yardarm/testkit/hub-process";
import { freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

const MOST_TABS = 80;

/** Presses Tab, as long as it takes, until this has the focus. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  for (let presses = 0; presses < MOST_TABS; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${MOST_TABS} Tabs did not lead to ${String(target)}.`);
};

const SCRIPT = "echo 'INFO ready'; echo 'WARN slow query'; sleep 1000";

test("[WCAG] by keyboard alone: sign in, find a container, search its log, restart it", async ({
  browser,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("reachable"), script: SCRIPT });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(fleet.hub.url);
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(OWNER.email);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(OWNER.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: container.name })).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type(container.name);
  await expect(page.getByRole("option", { name: new RegExp(container.name) })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: container.name })).toBeVisible();
  await expect(logOf(page)).toContainText("slow query");

  await page.keyboard.press("/");
  await expect(page.getByLabel("Search in this log")).toBeFocused();
  await page.keyboard.type("slow");
  await expect(page.getByRole("status").filter({ hasText: /^1$/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: /^1 of 1$/ })).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("restart");
  await expect(page.getByRole("option", { name: `Restart ${container.name}` })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await tabTo(page, page.getByRole("dialog").getByLabel("Reason"));
  await page.keyboard.type("no mouse at hand");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Actions", exact: true })).toContainText("Done");
  await context.close();
});

test("[WCAG 2.1.4] keys: a sheet says them all; they can be switched off; layers give the focus back", async ({
  page,
  fleet,
}) => {
  await page.goto(`${fleet.hub.url}/settings/profile`);
  const button = page.getByRole("button", { name: "Show all keys" });
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "All keys" });
  await expect(sheet).toContainText("Next match");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(button).toBeFocused();

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /^Name of a container/ })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();

  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await expect(page).toHaveURL(/\/logs$/);
  await page.keyboard.press("?");
  await expect(sheet).toBeVisible();
  await tabTo(page, sheet.getByRole("switch", { name: "Single keys act" }));
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.keyboard.press("?");
  await expect(page).toHaveURL(/\/logs$/);
  await expect(sheet).toBeHidden();
  // The palette is no single key, and leads to the sheet.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("keyboard");
  await page.keyboard.press("Enter");
  await expect(sheet.getByRole("switch", { name: "Single keys act" })).not.toBeChecked();
});

test("[WCAG 2.4.1] the first Tab offers to skip the navigation", async ({ page, fleet }) => {
  await page.goto(`${fleet.hub.url}/fleet`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
