// Above 300 lines: one list of the log's controls, a test each.
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { expect, type Locator, type Page } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";
import { lineOf, logOf, newestLine, untilSeq, watchLog } from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

const chip = (page: Page, text: RegExp) => page.getByText(text).filter({ visible: true });
const linesOf = (page: Page): Locator => logOf(page).locator("[data-seq]");
const search = (page: Page): Locator => page.getByLabel("Search in this log");
const count = (page: Page, text: RegExp): Locator => page.getByRole("status").filter({ hasText: text });
const more = async (page: Page, item: string): Promise<void> => {
  await page.getByRole("button", { name: "More for this log" }).click();
  await page.getByRole("menuitem", { name: item }).click();
};
const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

const MIXED = "echo 'INFO ready'; echo 'WARN slow'; echo 'ERROR no database' >&2; echo 'INFO ready again'; sleep 1000";
/** On one stream: between two of them the engine decides the order. */
const TRACE = [
  "echo 'INFO before'",
  "echo 'ERROR Exception in thread main java.lang.IllegalStateException: no connection'",
  "printf '\\tat com.example.Pool.take(Pool.java:214)\\n\\tat com.example.Main.main(Main.java:12)\\n'",
  `echo '{"level":"warn","msg":"slow query","took_ms":412,"table":{"name":"orders"}}'`,
  "echo 'INFO after'",
  "sleep 1000",
].join("; ");

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
  const reading = linesOf(page).nth(15);
  const line = await reading.textContent();
  const top = await reading.evaluate((row) => row.getBoundingClientRect().top);
  const pill = page.getByRole("button", { name: /^\d{2,} new$/ });
  await expect(pill).toBeVisible();
  const same = linesOf(page).filter({ hasText: line ?? "" });
  expect(await same.evaluate((row) => row.getBoundingClientRect().top)).toBe(top);
  await pill.click();
  await expect(chip(page, /^Live$/).first()).toBeVisible();
  const newest = await newestLine(page);
  await expect(pill).toBeHidden();
  await untilSeq(page, newest.seq + 5);

  // The toggle does the same by hand.
  await page.getByRole("button", { name: "Follow the newest line" }).click();
  await expect(chip(page, /^Live · not following/)).toBeVisible();
  await page.getByRole("button", { name: "Follow the newest line" }).click();
  await expect(chip(page, /^Live$/).first()).toBeVisible();
});

test("[LOGS-05] search, levels and clear", async ({ page, run, open }) => {
  const container = await run({ name: freshName("mixed"), script: MIXED });
  await open(container);
  const lines = linesOf(page);
  await expect(lines).toHaveCount(4);

  await search(page).fill("READY");
  await expect(count(page, /^2$/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(count(page, /^\d of 2$/)).toBeVisible();
  await page.getByRole("button", { name: "Show only lines that match" }).click();
  await expect(lines).toHaveCount(2);
  await expect(page.getByText(/2 hidden by filter/)).toBeVisible();
  await page.getByRole("button", { name: "Match case" }).click();
  await expect(page.getByText(/^No line matches: 4 lines hidden/)).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await expect(lines).toHaveCount(4);

  await page.getByRole("button", { name: "All levels" }).click();
  await expect(page.getByRole("menuitemcheckbox", { name: /^info\s*2$/ })).toBeVisible();
  const overTime = page.getByText("All lines, hidden ones too");
  await expect(overTime).toHaveCount(0);
  await page.getByRole("menuitem", { name: "Errors only" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lineOf(page, "ERROR no database")).toBeVisible();
  // The bars above do not follow the filter, and say so.
  await expect(overTime).toBeVisible();
  await page.getByRole("button", { name: "Errors only" }).click();
  await page.getByRole("menuitem", { name: "Only warn" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lineOf(page, "WARN slow")).toBeVisible();
  await page.getByRole("menuitemcheckbox", { name: /^error/ }).click();
  await expect(lines).toHaveCount(2);
  await page.getByRole("menuitem", { name: "All levels" }).click();
  await expect(lines).toHaveCount(4);
  await expect(overTime).toHaveCount(0);

  await page.getByRole("button", { name: "Clear this view" }).click();
  await expect(lines).toHaveCount(0);
  await page.getByRole("button", { name: "show again" }).click();
  await expect(lines).toHaveCount(4);
});

test("[LOGS-05] a search that is cleared hides nothing; its switches stay in sight, and Escape leads back to the lines", async ({
  page,
  run,
  open,
}) => {
  const fields = 'echo "INFO ready"; echo "WARN slow status=412 code=7"; echo "status=412 path=/orders"; sleep 1000';
  await open(await run({ name: freshName("cleared"), script: fields }));
  const lines = linesOf(page);
  await expect(lines).toHaveCount(3);
  const only = page.getByRole("button", { name: "Show only lines that match" });
  const exact = page.getByRole("button", { name: "Match case" });

  await search(page).fill("ready");
  await only.click();
  await expect(lines).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(lines).toHaveCount(3);
  await expect(search(page)).toHaveValue("");
  await expect(logOf(page)).toBeFocused();
  await expect(only).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("/");
  await page.keyboard.type("slow");
  await expect(lines).toHaveCount(1);
  await page.getByRole("button", { name: "Clear the search" }).click();
  await expect(search(page)).toBeFocused();
  await expect(lines).toHaveCount(3);
  await only.click();
  await page.keyboard.press("Escape");
  await expect(logOf(page)).toBeFocused();

  // What a click on a value has switched goes with its search.
  await lines.filter({ hasText: "path=/orders" }).click();
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Fields" }).getByRole("button", { name: "Only lines with 412" }).click();
  await expect(lines).toHaveCount(2);
  await expect(exact).toHaveAttribute("aria-pressed", "true");
  await search(page).fill("");
  await expect(exact).toHaveAttribute("aria-pressed", "false");
  await expect(only).toHaveAttribute("aria-pressed", "false");
  await search(page).fill("READY");
  await expect(count(page, /^1$/)).toBeVisible();
  await expect(lines).toHaveCount(3);

  // On a phone they have room only while they are on.
  await page.setViewportSize({ width: 390, height: 844 });
  await search(page).fill("");
  await expect(exact).toBeHidden();
  await expect(only).toBeHidden();
  await search(page).fill("ready");
  await only.click();
  await search(page).fill("");
  await expect(only).toBeVisible();
  await expect(lines).toHaveCount(3);
});

test("[LOGS-05] a regular expression finds lines; a wrong one is explained where it stands", async ({
  page,
  run,
  open,
}) => {
  await open(await run({ name: freshName("pattern"), script: MIXED }));
  await expect(linesOf(page)).toHaveCount(4);
  await page.getByRole("button", { name: "Regular expression" }).click();
  await search(page).fill("^(INFO|WARN) \\w+$");
  await expect(count(page, /^2$/)).toBeVisible();
  await search(page).fill("(ready");
  await expect(page.getByRole("alert")).toContainText("Not a valid regular expression: missing closing )");
  await search(page).fill("ready$");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(count(page, /^1$/)).toBeVisible();
});

test("[LOGS-05] the address is the view: a reload, and another container, keep how it is looked at", async ({
  page,
  run,
  open,
}) => {
  const one = await run({ name: freshName("here"), script: MIXED });
  const other = await run({ name: freshName("there"), script: MIXED });
  await open(one);
  await expect(linesOf(page)).toHaveCount(4);
  await search(page).fill("ready");
  await page.getByRole("button", { name: "Show only lines that match" }).click();
  await page.getByRole("button", { name: "Wrap long lines" }).click();
  await page.getByRole("button", { name: "Timestamps" }).click();
  await page.getByRole("menuitemradio", { name: "Since the line before" }).click();
  await expect(page).toHaveURL(/[?&]q=ready&only=true&wrap=true&time=delta/);
  await page.reload();
  await expect(linesOf(page)).toHaveCount(2);
  await expect(linesOf(page).first()).toHaveAttribute("data-wrapped", "");
  await expect(linesOf(page).nth(1).locator(".yd-stamp")).toHaveText(/[+−]/);

  await page.getByRole("combobox", { name: "Container" }).filter({ visible: true }).click();
  await page.getByLabel("Find a container").fill(other.name);
  await page.getByRole("option", { name: new RegExp(other.name) }).click();
  await expect(page.getByRole("heading", { level: 1, name: other.name })).toBeVisible();
  await expect(linesOf(page)).toHaveCount(2);
  await expect(page).toHaveURL(/q=ready/);
});

test("[LOGS-05] stack traces fold, fields open; filtering, excluding and copying go by what is written", async ({
  page,
  context,
  run,
  open,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(await run({ name: freshName("trace"), script: TRACE }));
  const lines = linesOf(page);
  await expect(lines).toHaveCount(4);
  await expect(page.getByText(/^6 lines/)).toBeVisible();

  // Selected whole, at the gutter, with what is folded.
  await lines.nth(1).locator(".yd-gutter").click();
  const bar = page.getByRole("toolbar", { name: "Selected lines" });
  await expect(bar).toContainText("3 lines");
  await lines
    .nth(3)
    .locator(".yd-gutter")
    .click({ modifiers: ["Shift"] });
  await expect(bar).toContainText("5 lines");
  await bar.getByRole("button", { name: "Copy", exact: true }).click();
  await expect
    .poll(() => clipboard(page))
    .toMatch(/^ERROR Exception.*\n\tat com.*Pool.*\n\tat com.*Main.*\n\{"level".*\}\nINFO after$/);
  await bar.getByRole("button", { name: "Copy as JSON" }).click();
  await expect.poll(async () => JSON.parse(await clipboard(page)).length).toBe(5);
  const saving = page.waitForEvent("download");
  await bar.getByRole("button", { name: "Download" }).click();
  expect(await readFile(await (await saving).path(), "utf8")).toContain("Pool.java:214");
  await bar.getByRole("button", { name: "Select nothing" }).click();

  await page.getByRole("button", { name: "+ 2 lines" }).click();
  await expect(lines).toHaveCount(6);
  await page.getByRole("button", { name: "fold" }).click();
  await expect(lines).toHaveCount(4);

  // A match inside a fold is shown when it is gone to.
  await search(page).fill("Main.java");
  await expect(count(page, /^1$/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-current]")).toContainText("Main.java:12");
  await search(page).fill("");

  const slow = lines.filter({ hasText: "slow query" });
  await slow.click();
  await logOf(page).press("Enter");
  const fields = page.getByRole("region", { name: "Fields" });
  await expect(fields).toContainText("table");
  await fields.getByRole("button", { name: 'No lines with "name":"orders"' }).click();
  await expect(slow).toHaveCount(0);
  await page.getByRole("button", { name: 'Show lines with "name":"orders" again' }).click();
  await slow.click();
  await page.getByRole("region", { name: "Fields" }).getByRole("button", { name: "Only lines with 412" }).click();
  await expect(lines).toHaveCount(1);

  // A click on the value itself does the same; with Alt it leaves such lines out.
  await search(page).fill("");
  await page.getByRole("region", { name: "Fields" }).getByText("orders").click();
  await expect(search(page)).toHaveValue("orders");
  await expect(lines).toHaveCount(1);
  await page
    .getByRole("region", { name: "Fields" })
    .getByText("orders")
    .click({ modifiers: ["Alt"] });
  await expect(lines).toHaveCount(0);
  await expect(page.getByRole("button", { name: 'Show lines with "name":"orders" again' })).toBeVisible();
});

test("[LOGS-05] from a filtered line to what is around it, without losing it", async ({ page, run, open }) => {
  const script =
    "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"INFO tick $i\"; done; echo 'ERROR needle'; sleep 1000";
  await open(await run({ name: freshName("around"), script }));
  await expect(lineOf(page, "ERROR needle")).toBeVisible();
  await page.getByRole("button", { name: "All levels" }).click();
  await page.getByRole("menuitem", { name: "Errors only" }).click();
  await expect(linesOf(page)).toHaveCount(1);
  await lineOf(page, "ERROR needle").click();
  const top = await lineOf(page, "ERROR needle").evaluate((row) => row.getBoundingClientRect().top);
  await logOf(page).press("x");
  await expect(lineOf(page, "INFO tick 300")).toBeVisible();
  await expect(lineOf(page, "ERROR needle")).toHaveAttribute("data-pulse", "");
  // The end of the log is above the bottom of the pane: the line is as near to its place as there are lines for.
  expect(await lineOf(page, "ERROR needle").evaluate((row) => row.getBoundingClientRect().top)).toBeGreaterThanOrEqual(
    top,
  );
});

test("[LOGS-05] a link to a line opens there, for somebody else, and after the container was replaced", async ({
  page,
  context,
  browser,
  fleet,
  run,
  open,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const name = freshName("linked");
  const first = await run({ name, script: ticks({ atOnce: 3_000, everyMs: 1e6 }) });
  await first.untilItPrinted("tick 3001");
  await open(first);
  await expect(lineOf(page, "tick 3001")).toBeVisible();
  await search(page).fill("tick 2100");
  await page.keyboard.press("Enter");
  await expect(lineOf(page, "tick 2100")).toHaveAttribute("data-current", "");
  await logOf(page).press("y");
  await expect.poll(() => clipboard(page)).toContain("/fleet/");
  const link = await clipboard(page);

  // The address names the line once somebody stops moving about.
  await expect(page).toHaveURL(/[?&]line=/);
  await search(page).fill("");
  await page.reload();
  await expect(lineOf(page, "tick 2100")).toHaveAttribute("data-current", "");

  await first.remove();
  const second = await run({ name, script: "echo 'the second one'; sleep 1000" });
  await second.untilItPrinted("the second one");
  const guest = await browser.newContext();
  const { cookie, url } = fleet.session;
  await guest.addCookies([
    { ...cookie, domain: new URL(url).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" },
  ]);
  const guestPage = await guest.newPage();
  await guestPage.goto(link);
  await expect(lineOf(guestPage, "tick 2100")).toHaveAttribute("data-current", "");
  // From there to the container that followed.
  await guestPage.keyboard.press("End");
  await guestPage.getByRole("button", { name: "Show the container that followed" }).click();
  await expect(logOf(guestPage)).toContainText("the second one");
  await expect(guestPage.getByRole("button", { name: "Show the former container" })).toBeVisible();
  await guest.close();
});

test("[LOGS-05] the stored log as a file, with its filters", async ({ page, run, open }) => {
  await open(await run({ name: freshName("saved"), script: MIXED }));
  await expect(linesOf(page)).toHaveCount(4);
  await page.getByRole("button", { name: "All levels" }).click();
  await page.getByRole("menuitem", { name: "Errors only" }).click();
  await more(page, "Download");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Only the levels and matches that are shown")).toBeChecked();
  // What was written a moment ago is stored within a second.
  await expect(async () => {
    const saving = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Download the log" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/\.log\.gz$/);
    const text = gunzipSync(await readFile(await saved.path())).toString();
    await more(page, "Download");
    expect(text).toContain("ERROR no database");
    expect(text).not.toContain("INFO");
  }).toPass();
});

test("[LOGS-05] by keyboard alone", async ({ page, context, run, open }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(await run({ name: freshName("keys"), script: MIXED.replace(" >&2", "") }));
  await expect(linesOf(page)).toHaveCount(4);
  await page.keyboard.press("e");
  const current = page.locator("[data-current]");
  await expect(current).toContainText("ERROR no database");
  await expect(current).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("k");
  await expect(current).toContainText("WARN slow");
  await page.keyboard.press("j");
  await expect(current).toContainText("ERROR no database");
  await page.keyboard.press("c");
  await expect.poll(() => clipboard(page)).toBe("ERROR no database");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Details of the line" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("region", { name: "Details of the line" })).toHaveCount(0);
  await page.keyboard.press("3");
  await expect(linesOf(page)).toHaveCount(2);
  await page.keyboard.press("3");
  await page.keyboard.press("/");
  await expect(search(page)).toBeFocused();
  await page.keyboard.type("ready");
  await page.keyboard.press("Enter");
  await expect(count(page, /^\d of 2$/)).toBeVisible();
  await logOf(page).focus();
  await page.keyboard.press("n");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/time=relative/);
  await page.keyboard.press("w");
  await expect(page).toHaveURL(/wrap=(true|false)/);
  await page.keyboard.press("Space");
  await expect(chip(page, /^Paused/)).toBeVisible();
  await page.keyboard.press("Space");
  await page.keyboard.press("ControlOrMeta+Shift+L");
  await expect(page.getByRole("button", { name: "show again" })).toBeVisible();
});
