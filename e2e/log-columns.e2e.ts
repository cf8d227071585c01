import { expect, type Locator, type Page } from "@playwright/test";
import { findContainer, freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

/** Fields of lines in columns of their own: chosen, widened, filtered by, removed, shared by the address. */

const linesOf = (page: Page): Locator => logOf(page).locator("[data-seq]");
const lineWith = (page: Page, text: RegExp): Locator => linesOf(page).filter({ hasText: text });
const header = (page: Page): Locator => page.getByRole("group", { name: "Columns", exact: true });
const width = (page: Page, key: string): Locator =>
  header(page).getByRole("separator", { name: `Width of the column ${key}` });
const choice = (page: Page, key: string): Locator =>
  page.getByRole("menuitemcheckbox", { name: new RegExp(`^${key} `) });
const cellsOf = (line: Locator): Locator => line.locator(".yd-cell");
const leftOf = async (target: Locator): Promise<number> => (await target.boundingBox())?.x ?? Number.NaN;

const LONG = "/api/customers/c-17/invoices/2026-11/attachments/9";
/** What only looks like a tag must stay text, in a cell as well. */
const SCRIPT = [
  `echo '{"level":"info","msg":"order paid","status":200,"path":"/api/orders","client":{"ip":"10.0.0.7"}}'`,
  `echo '{"level":"error","msg":"no database","status":503,"path":"${LONG}"}'`,
  `echo 'level=warn msg="slow query" status=404 path="<b>bold</b>"'`,
  `echo '{"status":201,"rows":7}'`,
  "echo 'ERROR plain words of status 999'",
  "printf '\\tat com.example.Pool.take(Pool.java:214)\\n'",
  "sleep 1000",
].join("; ");

test("[LOGS-13] fields get columns from the bar's menu, are widened and removed, and the address has them", async ({
  page,
  run,
  open,
}) => {
  await open(await run({ name: freshName("fields"), script: SCRIPT }));
  await expect(lineWith(page, /order paid/)).toBeVisible();
  await expect(header(page)).toHaveCount(0);

  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await expect(page.getByText("In the newest 4 lines with fields")).toBeVisible();
  // The most frequent first.
  await expect(page.getByRole("menuitemcheckbox").first()).toContainText("status");
  await choice(page, "status").click();
  await choice(page, "path").click();
  await page.keyboard.press("Escape");

  const paid = lineWith(page, /order paid/);
  await expect(cellsOf(paid)).toHaveText(["200", "/api/orders"]);
  // What stands in no column stays readable behind the message.
  await expect(paid.locator(".yd-text")).toHaveText('order paid client={"ip":"10.0.0.7"}');
  const query = lineWith(page, /slow query/);
  await expect(cellsOf(query)).toHaveText(["404", "<b>bold</b>"]);
  expect(await query.locator("b").count()).toBe(0);
  // What has no fields has empty cells.
  const bare = lineWith(page, /rows=7/);
  await expect(cellsOf(bare)).toHaveText(["201", ""]);
  await expect(bare.locator(".yd-text")).toHaveText("rows=7");
  await expect(cellsOf(lineWith(page, /plain words/))).toHaveText(["", ""]);

  // Names stand above their values, and the messages of all lines begin in one column.
  const name = header(page).getByText("path", { exact: true });
  const value = paid.locator(".yd-cell").nth(1);
  expect(Math.abs((await leftOf(name)) - (await leftOf(value)))).toBeLessThan(1);
  expect(await leftOf(paid.locator(".yd-text"))).toBe(await leftOf(lineWith(page, /plain words/).locator(".yd-text")));

  await expect(page).toHaveURL(/cols=status(,|%2C)path(&|$)/);
  const before = await leftOf(paid.locator(".yd-text"));
  await width(page, "path").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(width(page, "path")).toHaveAttribute("aria-valuenow", "14");
  expect(await leftOf(paid.locator(".yd-text"))).toBeGreaterThan(before);

  const handle = await width(page, "path").boundingBox();
  if (handle === null) throw new Error("The handle has no place.");
  await page.mouse.move(handle.x + 4, handle.y + 10);
  await page.mouse.down();
  await page.mouse.move(handle.x + 80, handle.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect(width(page, "path")).toHaveAttribute("aria-valuenow", /^2\d$/);
  const widthCh = await width(page, "path").getAttribute("aria-valuenow");
  await expect(page).toHaveURL(new RegExp(`path(~|%7E)${widthCh}(&|$)`));

  await page.reload();
  await expect(lineWith(page, /order paid/)).toBeVisible();
  await expect(cellsOf(paid)).toHaveText(["200", "/api/orders"]);
  await expect(width(page, "path")).toHaveAttribute("aria-valuenow", widthCh ?? "");

  await header(page).getByRole("button", { name: "Remove the column status" }).click();
  await expect(cellsOf(paid)).toHaveText(["/api/orders"]);
  await expect(logOf(page)).toBeFocused();
  await header(page).getByRole("button", { name: "Remove the column path" }).click();
  await expect(header(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/cols=/);
  await expect(paid.locator(".yd-text")).toContainText("order paid status=200");
});

test("[LOGS-13] a value says the whole of it, filters, and leaves out; a line's details and what is copied are whole", async ({
  page,
  context,
  run,
  open,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(await run({ name: freshName("values"), script: SCRIPT }));
  await lineWith(page, /no database/).click();
  await page.keyboard.press("Enter");
  const details = page.getByRole("region", { name: "Details of the line" });
  await details.getByRole("button", { name: "Show path as column" }).click();
  await details.getByRole("button", { name: "Show status as column" }).click();
  await expect(details.getByRole("button", { name: "Remove the column status" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(details.getByText(LONG)).toBeVisible();

  const line = lineWith(page, /no database/);
  const cell = line.locator(".yd-cell").first();
  await cell.hover();
  await expect(cell).toHaveAttribute("title", new RegExp(`^path: ${LONG}\n`));
  await page.getByRole("button", { name: "Close the details" }).click();
  await page.keyboard.press("c");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('{"level":"error","msg":"no database"');

  await line.locator(".yd-cell").nth(1).click();
  await expect(page.getByLabel("Search in this log")).toHaveValue("503");
  await expect(linesOf(page)).toHaveCount(1);
  await expect(line).toBeVisible();
  await page.getByLabel("Search in this log").fill("");
  await expect(lineWith(page, /slow query/)).toBeVisible();
  await lineWith(page, /slow query/)
    .locator(".yd-cell")
    .nth(1)
    .click({ modifiers: ["Alt"] });
  await expect(page.getByRole("button", { name: "Show lines with status=404 again" })).toBeVisible();
  await expect(lineWith(page, /slow query/)).toHaveCount(0);
  // A cell without a value is a part of the line like any other.
  await lineWith(page, /plain words/)
    .locator(".yd-cell")
    .first()
    .click();
  await expect(lineWith(page, /plain words/)).toHaveAttribute("aria-current", "true");

  // Wrapped, what has too little room goes below itself, and not over its columns.
  await page.getByRole("button", { name: "Wrap long lines" }).click();
  await expect(line).toHaveAttribute("data-wrapped", "");
  const [cellBox, textBox] = [await cell.boundingBox(), await line.locator(".yd-text").boundingBox()];
  expect(textBox?.x).toBeGreaterThan((cellBox?.x ?? 0) + (cellBox?.width ?? 0));
  // The first line of it: the box of a text and that of its row differ by a pixel.
  expect(Math.abs((textBox?.y ?? 0) - (cellBox?.y ?? 0))).toBeLessThan(10);
});

test("[LOGS-13] nested fields, by keyboard alone, in the explorer; a view that is kept has its columns", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("nested"), script: SCRIPT });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(lineWith(page, /order paid/)).toBeVisible();
  await page.getByRole("button", { name: "Columns", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(choice(page, "client.ip")).toBeVisible();
  const wanted = choice(page, "client.ip");
  await expect(async () => {
    await page.keyboard.press("ArrowDown");
    await expect(wanted).toBeFocused({ timeout: 300 });
  }).toPass();
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expect(lineWith(page, /order paid/).locator(".yd-cell")).toHaveText("10.0.0.7");
  await expect(page).toHaveURL(/cols=client\.ip/);

  const view = freshName("kept");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name", { exact: true }).fill(view);
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goto(`${fleet.hub.url}/logs`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: view }).click();
  await expect(lineWith(page, /order paid/).locator(".yd-cell")).toHaveText("10.0.0.7");

  // The panel of a line offers the same.
  await lineWith(page, /no database/)
    .locator(".yd-text")
    .click();
  await page.getByRole("button", { name: "Show status as column" }).click();
  await expect(cellsOf(lineWith(page, /no database/))).toHaveText(["", "503"]);
  await page.getByRole("button", { name: "Remove the column client.ip" }).click();
  await expect(cellsOf(lineWith(page, /no database/))).toHaveText(["503"]);
});

test("[LOGS-13] on a phone the chosen fields stand first behind the message", async ({ page, run, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(await run({ name: freshName("phone"), script: SCRIPT }));
  await expect(lineWith(page, /order paid/)).toBeVisible();
  await page.getByRole("button", { name: "More for this log" }).click();
  await page.getByRole("menuitem", { name: "Columns", exact: true }).click();
  await choice(page, "path").click();
  await page.keyboard.press("Escape");
  await expect(lineWith(page, /order paid/).locator(".yd-text")).toHaveText(
    'order paid path=/api/orders status=200 client={"ip":"10.0.0.7"}',
  );
  await expect(header(page)).toHaveCount(0);
});
