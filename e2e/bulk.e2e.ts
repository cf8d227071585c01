import { expect, type Page } from "@playwright/test";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { findContainer, freshName, test } from "./fixtures.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const box = (page: Page, name: string) => page.getByLabel(`Select ${name}`, { exact: true });
const plan = (page: Page) => page.getByRole("region", { name: "What would happen" });

const ask = async (page: Page, count: number, verb: string): Promise<void> => {
  await button(page, `Act on ${count}`).click();
  await page.getByRole("menuitem", { name: verb, exact: true }).click();
  await expect(button(page, "Cancel")).toBeFocused();
};

test("[ACTN-11] restart of three, one of them protected: the dry run leaves it out, the others restart, the result survives a reload", async ({
  page,
  fleet,
  run,
}) => {
  const group = freshName("bulk");
  const [one, two] = [
    await run({ name: `${group}-1`, script: "sleep 1000" }),
    await run({ name: `${group}-2`, script: "sleep 1000" }),
  ];
  const kept = await run({
    name: `${group}-3`,
    script: "sleep 1000",
    labels: { "com.docker.dashboard.protected": "true" },
  });
  await page.goto(`${fleet.hub.url}/fleet?q=${group}&group=none`);
  // A range by keyboard and Shift: from the first to the last.
  await expect(box(page, kept.name)).toBeVisible();
  await box(page, one.name).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await expect(box(page, two.name)).toBeFocused();
  await box(page, kept.name).click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 selected")).toBeVisible();

  await ask(page, 3, "Restart");
  const dialog = page.getByRole("dialog", { name: "Restart 2 containers on 1 host?" });
  await expect(plan(page)).toContainText("Protected: left out (1)");
  await expect(plan(page)).toContainText("A label protects this container.");
  await expect(dialog).toContainText("the longest is 10 s");
  const confirm = dialog.getByRole("button", { name: "Restart 2 containers on 1 host" });
  await expect(confirm).toHaveAccessibleDescription("Say why first: the reason is kept with the actions.");
  const keptSinceMs = await kept.lastEventMs("start");
  await dialog.getByLabel("Reason").fill("new certificates");
  await confirm.click();

  await expect(page).toHaveURL(/\/bulk\/[a-z]+_/);
  await expect(page.getByText("2 done", { exact: true })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText("All done.")).toBeVisible();
  for (const container of [one, two]) {
    expect(await container.lastEventMs("start")).toBeGreaterThan(await container.lastEventMs("die"));
  }
  expect(await kept.lastEventMs("start")).toBe(keptSinceMs);

  await page.reload();
  await expect(page.getByText("2 done", { exact: true })).toBeVisible();
  await expect(page.getByText("“new certificates”")).toBeVisible();
  await page.getByRole("link", { name: one.name }).click();
  await page.getByRole("link", { name: "action on several containers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Restart 2 containers" })).toBeVisible();
});

test("[ACTN-11] what a filter hides stays chosen and is counted; select all takes what is shown", async ({
  page,
  fleet,
  run,
}) => {
  const group = freshName("pick");
  const one = await run({ name: `${group}-1`, script: "sleep 1000" });
  await run({ name: `${group}-2`, script: "sleep 1000" });
  await page.goto(`${fleet.hub.url}/fleet?q=${group}`);
  await button(page, "Select all 2").click();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByLabel("Filter containers").fill(one.name);
  await expect(page.getByText("2 selected, 1 not shown by the filter")).toBeVisible();
  await button(page, "Clear").click();
  await expect(page.getByText("None selected")).toBeVisible();
});

test("[ACTN-11] containers of a host that does not answer are left out, and say so", async ({ page, fleet, run }) => {
  const { session, hub } = fleet;
  const container = await run({ name: freshName("afar"), script: "sleep 1000" });
  const name = freshName("gone");
  await using agent = await startAgentProcess({ session, name, dockerHost: process.env.DOCKER_HOST ?? "" });
  await findContainer(session, container.dockerId, agent.hostId);
  await page.goto(`${hub.url}/fleet?q=${container.name}+host:${name}&group=none`);
  await expect(box(page, container.name)).toBeVisible();
  await agent.kill();
  await expect(page.getByText(/\d+ s old/)).toBeVisible({ timeout: 40_000 });
  await box(page, container.name).click();
  await ask(page, 1, "Stop");
  await expect(plan(page)).toContainText("Nothing is left to act on");
  await expect(plan(page)).toContainText(`The host ${name} does not answer.`);
  await expect(button(page, "Stop")).toHaveAccessibleDescription("Nothing is left to act on.");
});

test("[ACTN-05] a rule of the organization: what it matches is shown while it is typed, and it protects at once", async ({
  page,
  fleet,
  run,
  open,
}) => {
  const container = await run({ name: freshName("ruled"), script: "sleep 1000" });
  await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/settings/protection`);
  await button(page, "New rule").click();
  await page.getByLabel("Name", { exact: true }).fill(`${container.name.slice(0, -1)}*`);
  await expect(page.getByRole("region", { name: "What it matches now" })).toContainText(container.name);
  await page.getByLabel("Note").fill("ask the night shift");
  await button(page, "Create rule").click();
  await expect(page.getByRole("dialog")).toBeHidden();
  const rule = page.getByRole("listitem").filter({ hasText: "ask the night shift" });
  await expect(rule).toContainText("Matches 1 container now");

  await open(container);
  await expect(
    page.getByText(/A rule of the organization protects this container \(ask the night shift\)/).first(),
  ).toBeVisible();
  await button(page, "Stop").click();
  await expect(page.getByLabel(`Type ${container.name} to go on`)).toBeVisible();
  await page.keyboard.press("Escape");

  await page.goto(`${fleet.hub.url}/settings/protection`);
  await rule.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete rule" }).click();
  await expect(page.getByText("No rules yet.")).toBeVisible();
});
