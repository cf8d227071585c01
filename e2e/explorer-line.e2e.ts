import { expect, type Locator, type Page } from "@playwright/test";
import { findContainer, freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

/** The explorer's panel: one line, what stands around it, what its container used. */

const rowOf = (page: Page, text: RegExp): Locator => logOf(page).locator("[data-seq]").filter({ hasText: text });
const panelOf = (page: Page): Locator => page.getByRole("region", { name: "Line", exact: true });
const around = (page: Page): Locator => page.getByRole("region", { name: "Lines around the line" });

/** 120 lines, one of them with fields, and then silence. */
const SCRIPT = [
  'for i in $(seq 1 60); do echo "before $i"; done',
  `echo '{"level":"warn","msg":"slow query","ms":412,"db":{"name":"orders"}}'`,
  'for i in $(seq 1 60); do echo "after $i"; done',
  "sleep 1000",
].join("; ");

test("[LOGS-13] a line of the live view opens with its fields, fifty lines on each side, and what its container used", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("opened"), script: SCRIPT });
  const { workloadId, containerId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await page.getByLabel("Search in this log").fill("slow query");
  await page.keyboard.press("Enter");
  await rowOf(page, /slow query/).click();
  const panel = panelOf(page);
  await expect(panel.getByRole("heading", { level: 2 })).toHaveText(`${container.name} · ${fleet.host.name}`);
  // What was written a moment ago is stored a moment later.
  await expect(around(page).locator("[aria-current]")).toContainText("slow query");
  await expect(panel.getByRole("status").filter({ hasText: "50 lines before, 50 after" })).toBeVisible();
  await expect(around(page)).toContainText("before 11");
  await expect(around(page)).toContainText("after 50");
  await expect(around(page)).not.toContainText("before 10");
  await expect(around(page)).not.toContainText("after 51");
  // A sample comes every five seconds.
  await expect(panel.getByText(/(before|after) the line$/)).toBeVisible();
  await expect(panel).toContainText(/Memory[\d.]+ [KM]iB/);

  await panel.getByRole("button", { name: "Copy link to the line" }).click();
  await expect(panel.getByRole("button", { name: /^(Copied|Not allowed)/ })).toBeVisible();

  // The address names the line: a reload, or whoever gets the address, sees it.
  await expect(page).toHaveURL(new RegExp(`line=${workloadId}\\.${containerId}\\.60\\.`));
  await page.reload();
  await expect(around(page).locator("[aria-current]")).toContainText("slow query");
  await expect(panel.getByText("orders", { exact: true })).toBeVisible();

  await panel.getByRole("button", { name: "Only lines with orders" }).click();
  await expect(page.getByLabel("Search in this log")).toHaveValue("orders");
  await expect(rowOf(page, /before 1$/)).toHaveCount(0);

  await panel.getByRole("link", { name: `Open this line in the log of ${container.name}` }).click();
  await expect(page.getByRole("heading", { level: 1, name: container.name })).toBeVisible();
  await expect(rowOf(page, /slow query/)).toBeVisible();
});

test("[LOGS-13] by keyboard: Enter opens the line, the rows can be gone through, Escape closes and gives the focus back", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("keys"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(rowOf(page, /after 60/)).toBeVisible();
  await logOf(page).focus();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  const current = around(page).locator("[aria-current]");
  await expect(current).toBeVisible();
  const first = await current.textContent();
  await page.keyboard.press("k");
  await expect(current).not.toHaveText(first ?? "");
  await expect(logOf(page)).toBeFocused();

  // From inside of the panel as well, and from where the lines have the focus.
  await panelOf(page).getByRole("button", { name: "Close the line" }).focus();
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toBeHidden();
  await expect(logOf(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toBeHidden();
  await expect(page).not.toHaveURL(/line=/);
});

test("[LOGS-13] on a phone the line is a sheet over the page", async ({ page, fleet, run }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const container = await run({ name: freshName("sheet"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await rowOf(page, /after 58/).click();
  const sheet = page.getByRole("dialog", { name: container.name });
  await expect(sheet).toBeFocused();
  await expect(sheet.locator("[aria-current]")).toContainText("after 58");
  const widthPx = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widthPx).toBeLessThanOrEqual(390);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(logOf(page)).toBeFocused();
});

test("[LOGS-13] the line that is opened stays in view, although the panel takes room; the next ones come into view", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("covered"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(rowOf(page, /after 60/)).toBeVisible();
  await logOf(page).focus();
  await page.keyboard.press("g");
  await page.keyboard.press("g");
  const low = rowOf(page, /before 20$/);
  await expect(low).toBeInViewport({ ratio: 1 });
  const above = (await logOf(page).boundingBox())?.height ?? 0;
  await low.click();
  await expect(panelOf(page)).toBeVisible();
  const below = (await logOf(page).boundingBox())?.height ?? 0;
  // Or there would be nothing to prove.
  expect(below).toBeLessThan(20 * 20);
  expect(above).toBeGreaterThan(20 * 20);
  await expect(low).toBeInViewport({ ratio: 1 });
  for (let step = 0; step < 12; step++) await page.keyboard.press("j");
  // The pane's height is no whole number of pixels.
  await expect(rowOf(page, /before 32$/)).toBeInViewport({ ratio: 0.95 });
  await expect(around(page).locator("[aria-current]")).toContainText("before 32");
});

test("[LOGS-13] the button that opens a line stands at the line that was opened, whichever comes under a pointer that rests", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("rests"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(rowOf(page, /after 60/)).toBeVisible();
  // The panel takes the place of half of the lines, and the one that was opened is brought back into view elsewhere.
  const opened = logOf(page).locator("[data-current]");
  await page.mouse.click(600, ((await logOf(page).boundingBox())?.y ?? 0) + 70);
  await expect(panelOf(page)).toBeVisible();
  await expect(around(page).locator("[aria-current]")).toBeVisible();
  const opener = page.getByRole("button", { name: "Open line" });
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  const bottomOf = async (target: Locator): Promise<number> => {
    const box = await target.boundingBox();
    return box === null ? Number.NaN : box.y + box.height;
  };
  await expect.poll(async () => (await bottomOf(opener)) - (await bottomOf(opened))).toBe(0);
  // Moved, it points again.
  const other = logOf(page).locator("[data-seq]:not([data-current])").filter({ visible: true }).nth(14);
  await other.hover();
  await expect.poll(async () => (await bottomOf(opener)) - (await bottomOf(other))).toBe(0);
});
