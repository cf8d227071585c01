import { expect } from "@playwright/test";
import { freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

/** A container that writes what an attacker would: nothing of it runs, leads astray, or breaks the layout. */

const ESC = "\\033";
const colours = `i=0; while [ $i -lt 1000 ]; do printf "${ESC}[38;2;$((i%256));$((i*7%256));$((i*13%256))mx"; i=$((i+1)); done; echo`;
const LINES = [
  `echo '<img src=x onerror="document.title=1"><script>document.title=2</script>'`,
  `printf '${ESC}]8;;javascript:document.title=3${ESC}\\\\click me${ESC}]8;;${ESC}\\\\ and javascript:alert(1)\\n'`,
  `printf '${ESC}]52;c;cm0gLXJmIH4=\\007clipboard written?\\n'`,
  `printf '${ESC}]0;title stolen\\007${ESC}[2J${ESC}[Hscreen cleared?\\n'`,
  "printf 'user=\\342\\200\\256gnp.exe\\342\\200\\254 end\\n'",
  "printf 'nul:\\000 bell:\\007 end\\n'",
  colours,
  "head -c 2097152 /dev/zero | tr '\\000' 'y'; echo",
  "echo 'see https://example.com/a?b=c for more'",
  "echo 'the last line'",
  "sleep 1000",
];

test("[SEC-T27] [LOGS-05] a hostile log stays text", async ({ page, context, run, open }, testInfo) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const refused: string[] = [];
  page.on("dialog", (dialog) => {
    refused.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => refused.push(error.message));
  const container = await run({ name: freshName("hostile"), script: LINES.join("; ") });
  await container.untilItPrinted("the last line");
  await open(container);
  await page.evaluate(() => navigator.clipboard.writeText("mine"));
  const log = logOf(page);
  await expect(log).toContainText("the last line");
  await expect(log).toContainText('<img src=x onerror="document.title=1">');
  await expect(log).toContainText("click me and javascript:alert(1)");
  await expect(log).toContainText("clipboard written?");
  await expect(log).toContainText("screen cleared?");
  await expect(log).toContainText("user=⇌gnp.exe⇌ end");
  await expect(log.getByTitle("U+0000")).toHaveCount(1);
  await expect(log.getByRole("button", { name: /^show all 256 KiB$/ })).toBeVisible();

  // Nothing but one checked link, and no element that the log could have brought.
  const links = await log
    .locator("a")
    .evaluateAll((found) => found.map((link) => [link.getAttribute("href"), link.getAttribute("rel")]));
  expect(links).toEqual([["https://example.com/a?b=c", "noreferrer"]]);
  await expect(log.locator("img, script, iframe, svg, style")).toHaveCount(0);
  expect(await page.title()).toContain(container.name);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("mine");

  // A thousand colours are few elements, and a long line scrolls inside the pane.
  expect(await log.locator("span").count()).toBeLessThan(2_000);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await testInfo.attach("hostile log", { body: await page.screenshot(), contentType: "image/png" });

  await log.getByRole("button", { name: "show all 256 KiB" }).click();
  await expect(log.getByText(/^cut: 256 KiB of 2(\.0)? MiB$/)).toBeVisible();
  expect(refused).toEqual([]);
});
