import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type Download, expect, type Page } from "@playwright/test";
import { findContainer, freshName, test } from "./fixtures.ts";

/** The file of a whole selection: lines of several containers in the order of time, with the view's filter and range. */

const TALK = (word: string): string =>
  `for i in $(seq 1 10); do echo "INFO ${word} $i"; sleep 0.1; done; echo "ERROR ${word} at last"; sleep 1000`;

const textOf = async (download: Download): Promise<string> => {
  const bytes = await readFile(await download.path());
  return (download.suggestedFilename().endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
};

const choose = async (page: Page, label: string, option: string): Promise<void> => {
  await page.getByRole("dialog").getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

const save = async (page: Page): Promise<Download> => {
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the log" }).click();
  return saving;
};

test("[LOGS-06] [LOGS-12] a selection is saved as one file, in the order of time, with what the view filters", async ({
  page,
  fleet,
  run,
}) => {
  const prefix = freshName("filed");
  const names = ["one", "two"].map((word) => `${prefix}-${word}`);
  for (const name of names) {
    const { dockerId } = await run({ name, script: TALK(name) });
    await findContainer(fleet.session, dockerId);
  }
  await page.goto(`${fleet.hub.url}/logs?tab=stored&name=${prefix}-*`);
  const hits = page.getByRole("region", { name: "Hits" }).getByRole("listitem");
  await expect(async () => {
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await expect(hits).toHaveCount(22, { timeout: 1_500 });
  }).toPass();

  // Stored lines: everything, as compressed text.
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("Download the logs of 2 containers");
  const whole = await save(page);
  expect(whole.suggestedFilename()).toMatch(/^logs.*\.log\.gz$/);
  const lines = (await textOf(whole)).split("\n").slice(0, -1);
  expect(lines).toHaveLength(22);
  for (const name of names) {
    const own = lines.filter((line) => line.split(" ")[0]?.endsWith(`/${name}`));
    const said = own.map((line) => line.split(" ").slice(2).join(" "));
    const counted = Array.from({ length: 10 }, (_, index) => `INFO ${name} ${index + 1}`);
    expect(said).toEqual([...counted, `ERROR ${name} at last`]);
  }
  const stamps = lines.map((line) => line.split(" ")[1] ?? "");
  expect(stamps).toEqual(stamps.toSorted());
  await expect(page.getByRole("dialog")).toBeHidden();

  // A range that is typed: there was nothing an hour ago.
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await choose(page, "Range", "From … to …");
  await page.getByLabel("From", { exact: true }).fill("2h");
  await page.getByLabel("To", { exact: true }).fill("1h");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("Nothing is stored of that time.");
  await page.getByLabel("To", { exact: true }).fill("3h");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("This is not after From.");
  await page.keyboard.press("Escape");

  // The live view: its levels, as NDJSON.
  await page.goto(`${fleet.hub.url}/logs?name=${prefix}-*&levels=error`);
  await expect(page.getByRole("log")).toContainText("at last");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await choose(page, "Range", "The last 15 minutes");
  await choose(page, "Format", "NDJSON");
  await page.getByLabel("Compress with gzip").uncheck();
  const errors = await save(page);
  expect(errors.suggestedFilename()).toMatch(/^logs.*\.ndjson$/);
  const objects = (await textOf(errors)).split("\n").slice(0, -1);
  const found = objects.map((line) => JSON.parse(line) as { container: string; message: string });
  expect(found.map(({ container }) => container).toSorted()).toEqual(names.toSorted());
  expect(found.every(({ message }) => message.endsWith("at last"))).toBe(true);
});
