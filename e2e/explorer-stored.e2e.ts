import { expect, type Page } from "@playwright/test";
import { findContainer, freshName, test } from "./fixtures.ts";

/** Stored lines of the explorer: over time, in a range, by expression, by keyboard. */

const hitsOf = (page: Page) => page.getByRole("region", { name: "Hits" }).getByRole("listitem");
const countOf = (page: Page, words: RegExp) => page.getByRole("status").filter({ hasText: words });

/** What was written a moment ago is stored a moment later. */
const untilFound = (page: Page, count: number): Promise<void> =>
  expect(async () => {
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await expect(hitsOf(page)).toHaveCount(count, { timeout: 1_500 });
  }).toPass();

const TALK = (word: string): string =>
  `for i in $(seq 1 10); do echo "INFO ${word} $i"; done; sleep 2; echo "ERROR ${word} at last"; sleep 1000`;

test("[LOGS-13] stored lines of several containers are counted over time; what is dragged over becomes the range", async ({
  page,
  fleet,
  run,
}) => {
  const prefix = freshName("counted");
  for (const name of ["one", "two"]) {
    const { dockerId } = await run({ name: `${prefix}-${name}`, script: TALK(name) });
    await findContainer(fleet.session, dockerId);
  }
  await page.goto(`${fleet.hub.url}/logs?tab=stored&name=${prefix}-*&since=15m`);
  await untilFound(page, 22);
  await expect(countOf(page, /^22 lines, /)).toBeVisible();

  // By level.
  await page.getByRole("combobox", { name: "Level" }).click();
  await page.getByRole("option", { name: "errors", exact: true }).click();
  await expect(hitsOf(page)).toHaveCount(2);
  await expect(countOf(page, /^2 lines, /)).toBeVisible();

  // Everything is in the last bars of a quarter of an hour: the left half has nothing.
  const bars = page.getByRole("button", { name: "Lines over time: go to a moment", includeHidden: true });
  const box = await bars.boundingBox();
  if (box === null) throw new Error("There are no bars.");
  await page.mouse.move(box.x + 10, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=\d+&.*to=\d+|to=\d+&.*from=\d+/);
  await expect(page.getByText("No stored line matches.")).toBeVisible();
  await expect(countOf(page, /^0 lines, /)).toBeVisible();
  await page.getByRole("button", { name: "Lines over time: the whole time again" }).click();
  await expect(hitsOf(page)).toHaveCount(2);

  // Without a mouse: the same as a table, and moments that are typed.
  await page.getByRole("button", { name: "Lines over time: view as table" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Draw only/ })
    .first()
    .click();
  await expect(page).toHaveURL(/from=\d+/);
  await expect(hitsOf(page)).not.toHaveCount(0);
  await page.getByRole("button", { name: "Range: from … to …" }).click();
  await page.getByLabel("From", { exact: true }).fill("2h");
  await page.getByLabel("To", { exact: true }).fill("1h");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No stored line matches.")).toBeVisible();
  await page.getByRole("button", { name: "Search everything" }).click();
  await expect(hitsOf(page)).toHaveCount(22);
  // Two ways to a file: where there is room, each says in words which one it is.
  await expect(page.getByRole("button", { name: "Download", exact: true })).toHaveText("Download");
  const save = page.getByRole("button", { name: "Save what is listed, as NDJSON" });
  await expect(save).toHaveText("Save what is listed");
  const saving = page.waitForEvent("download");
  await save.click();
  expect((await saving).suggestedFilename()).toBe("stored-lines.ndjson");
});

test("[LOGS-13] the live view counts what is stored as well, and leads there", async ({ page, fleet, run }) => {
  const { dockerId } = await run({ name: freshName("behind"), script: TALK("behind") });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(page.getByRole("log")).toContainText("at last");
  await page.getByRole("combobox", { name: "Lines over" }).click();
  await page.getByRole("option", { name: "24 h" }).click();
  await expect(countOf(page, /^\d+ lines?, /)).toBeVisible();
  const box = await page
    .getByRole("button", { name: "Lines over time: go to a moment", includeHidden: true })
    .boundingBox();
  if (box === null) throw new Error("There are no bars.");
  // Hours ago: nothing that the view holds.
  await page.mouse.click(box.x + box.width / 4, box.y + 20);
  await expect(page.getByRole("tab", { name: "Stored lines", selected: true })).toBeVisible();
  await expect(page).toHaveURL(/from=\d+/);
  await expect(page.getByText("No stored line matches.")).toBeVisible();
});

test("[LOGS-11] an expression that is none is explained in place, live and stored", async ({ page, fleet, run }) => {
  const { dockerId, name } = await run({ name: freshName("regex"), script: TALK("word") });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}&q=word%20(&re=true`);
  const alert = page.getByRole("alert").filter({ hasText: "Not a valid regular expression" });
  await expect(alert).toContainText("missing");
  await expect(page.getByLabel("Search in this log")).toHaveAttribute("aria-invalid", "true");
  // The lines stay.
  await expect(page.getByRole("log")).toContainText("word 10");

  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}&find=word%20(&pattern=true`);
  await expect(alert).toContainText("missing");
  await expect(page.getByLabel("Search stored lines")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("The expression cannot be understood.")).toBeVisible();
  await page.getByLabel("Search stored lines").fill("word (1|2)$");
  await untilFound(page, 2);
  await expect(alert).toBeHidden();
  await expect(hitsOf(page).first()).toContainText(name);
});

test("[LOGS-11] Enter begins another search also while one is running", async ({ page, fleet, run }) => {
  const { dockerId } = await run({ name: freshName("waiting"), script: TALK("wait") });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/\/api\/logs\/search\?.*q=slow/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}&find=slow`);
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  await page.getByLabel("Search stored lines").fill("another");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/find=another/);
  await expect(page.getByText("No stored line matches.")).toBeVisible();
  letGo();
});

test("[LOGS-13] hits are gone through by keyboard; the line that is open stands in the address", async ({
  page,
  fleet,
  run,
}) => {
  const { dockerId } = await run({ name: freshName("steps"), script: TALK("step") });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}`);
  await untilFound(page, 11);
  const open = page.getByRole("region", { name: "Lines around the line" }).locator("[aria-current]");
  // Escape forgets what is typed, and leads to the hits.
  const field = page.getByLabel("Search stored lines");
  await field.fill("step 1");
  await field.press("Escape");
  await expect(field).toHaveValue("");
  await expect(page.getByRole("region", { name: "Hits" })).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(open).toContainText("step at last");
  await page.keyboard.press("j");
  await expect(open).toContainText("step 10");
  await page.reload();
  await expect(open).toContainText("step 10");
  await page.getByRole("region", { name: "Fields of the line" }).focus();
  await page.keyboard.press("Escape");
  await expect(open).toBeHidden();
  await expect(hitsOf(page).nth(1).getByRole("button")).toBeFocused();
  await expect(page).not.toHaveURL(/line=/);
});

test("[LOGS-11] a hit, and what stands around it, says what the log says: message and fields, with what was found marked", async ({
  page,
  fleet,
  run,
}) => {
  const script = `echo '{"level":"warn","msg":"slow query","ms":412,"db":{"name":"orders"}}'; echo 'plain slow words'; sleep 1000`;
  const { dockerId } = await run({ name: freshName("structured"), script });
  const { workloadId } = await findContainer(fleet.session, dockerId);
  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}&find=SLOW`);
  await untilFound(page, 2);
  const hit = hitsOf(page).nth(1);
  const [said, written] = ['slow query ms=412 db={"name":"orders"}', '{"level":"warn","msg":"slow query","ms":412'];
  await expect(hit).toContainText(said);
  await expect(hit.locator("mark")).toHaveText(["slow"]);
  await hit.getByRole("button").click();
  const around = page.getByRole("region", { name: "Lines around the line" });
  await expect(around.locator("[aria-current]")).toContainText(said);
  await expect(around).not.toContainText(written);

  // An expression is marked as well; what only the line as it is written shows, is shown there.
  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}&find=s.ow&pattern=true`);
  await expect(hit.locator("mark")).toHaveText(["slow"]);
  await page.goto(`${fleet.hub.url}/logs?tab=stored&workload=${workloadId}&find=%22ms%22%3A412`);
  await expect(hitsOf(page).locator("mark")).toHaveText(['"ms":412']);
  await expect(hitsOf(page)).toContainText(written);
});

test("[LOGS-12] a saved view shows the containers of its names after they were made anew", async ({
  page,
  fleet,
  run,
}) => {
  const name = freshName("remade");
  const first = await run({ name, script: "echo 'from the first'; sleep 1000" });
  const { workloadId } = await findContainer(fleet.session, first.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}`);
  await expect(page.getByRole("log")).toContainText("from the first");
  const view = freshName("view");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name", { exact: true }).fill(view);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await first.remove();
  await run({ name, script: "echo 'from the second'; sleep 1000" });
  await page.goto(`${fleet.hub.url}/logs`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: view }).click();
  await expect(page.getByRole("log")).toContainText("from the second");
  expect(new URL(page.url()).searchParams.get("workload")).toBe(workloadId);
});
