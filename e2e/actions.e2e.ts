import { expect, type Locator, type Page } from "@playwright/test";
import { containerUrl, enter, findContainer, freshName, joinAs, test } from "./fixtures.ts";
import { logOf, newestLine, untilNumber, untilSeq, watchLog } from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
/** Off, but still in its place, focusable, and with its reason. */
const expectOff = async (locator: Locator, reason: string): Promise<void> => {
  await expect(locator).toHaveAttribute("aria-disabled", "true");
  await expect(locator).toHaveAccessibleDescription(reason);
  await locator.focus();
  await expect(locator).toBeFocused();
};

const timeline = (page: Page) => page.getByRole("region", { name: "Actions", exact: true });

test("[ACTN-04] restart: dialog with a reason, focus on Cancel, result in the timeline, the log goes on", async ({
  page,
  run,
  open,
}) => {
  const container = await run({
    name: freshName("worker"),
    script: `echo "here we go again"; ${ticks({ everyMs: 400 })}`,
  });
  await watchLog(page);
  await open(container);
  await untilNumber(page, 3);

  await button(page, "Restart").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(`Restart ${container.name} on `);
  await expect(dialog).toContainText("The stop may take up to 10 s: its stop grace.");
  await expect(button(page, "Cancel")).toBeFocused();

  // Escape does nothing to the container, and focus goes back to where it came from.
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button(page, "Restart")).toBeFocused();

  await page.keyboard.press("Enter");
  const confirm = dialog.getByRole("button", { name: `Restart ${container.name}` });
  await expectOff(confirm, "Say why first: the reason is kept with the action.");
  await dialog.getByLabel("Reason").fill("leaks memory");
  await confirm.click();
  await expect(dialog).toBeHidden();

  await expect(timeline(page)).toContainText("Done");
  await expect(timeline(page)).toContainText("leaks memory");
  await expect(timeline(page)).toContainText("by owner@example.com");
  // What happened to the container is told by the engine's events; how short it was down decides whether that is seen too.
  await expect(timeline(page)).toContainText("container running");
  await expect(page.getByRole("banner").or(page.locator("header")).getByText("Running").first()).toBeVisible();

  await expect(logOf(page).getByText("here we go again")).toHaveCount(2);
  const [dieMs, startMs] = [await container.lastEventMs("die"), await container.lastEventMs("start")];
  expect(startMs).toBeGreaterThan(dieMs);
  await untilSeq(page, (await newestLine(page)).seq + 3);
});

test("[ACTN-01] stop and start: the state comes from the engine, and what cannot be done says why", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("service"), script: "sleep 1000" });
  await open(container);
  await expectOff(button(page, "Start"), "Only a stopped container can be started.");
  // For the eyes the same sentence is in a tooltip.
  await button(page, "Start").hover();
  await expect(page.getByText("Only a stopped container can be started.").filter({ visible: true })).toBeVisible();

  await button(page, "Stop").click();
  await page.getByLabel("Reason").fill("maintenance");
  await button(page, `Stop ${container.name}`).click();
  await expect(page.getByText("Exited (0)").first()).toBeVisible();
  await expectOff(button(page, "Stop"), "Only a running container can be stopped.");

  await button(page, "Start").click();
  await page.getByLabel("Reason").fill("maintenance is over");
  await button(page, `Start ${container.name}`).click();
  await expect(timeline(page)).toContainText(/container running/);
  await expect(button(page, "Stop")).not.toHaveAttribute("aria-disabled");
});

test("[ACTN-05] a protected container is stopped only by typing its name", async ({ page, run, open }) => {
  const container = await run({
    name: freshName("precious"),
    script: "sleep 1000",
    labels: { "yardarm.protected": "true" },
  });
  await open(container);
  await expect(page.getByText("A label protects this container. (yardarm.protected=true)").first()).toBeVisible();
  await button(page, "Stop").click();
  const confirm = button(page, `Stop ${container.name}`);
  await page.getByLabel("Reason").fill("it has to be");
  await expectOff(confirm, "Type the container's name first.");
  await expect(page.getByRole("dialog")).toContainText(container.dockerId.slice(0, 12));
  await page.getByLabel(`Type ${container.name} to go on`).fill(container.name);
  await confirm.click();
  await expect(page.getByText("Exited (0)").first()).toBeVisible();
});

/** Long enough for two loads of the page on a busy machine. */
const GRACE_SECONDS = 12;

test("[ACTN-09] a container that ignores TERM is shown running all the while, and as killed when it is", async ({
  page,
  run,
  open,
}) => {
  const container = await run({
    name: freshName("stubborn"),
    script: "while :; do sleep 0.2; done",
    ignoresTerm: true,
    stopGraceSeconds: GRACE_SECONDS,
  });
  await open(container);
  await button(page, "Stop").click();
  await expect(page.getByRole("dialog")).toContainText(`may take up to ${GRACE_SECONDS} s: its stop grace`);
  await page.getByLabel("Reason").fill("it does not listen");
  await button(page, `Stop ${container.name}`).click();
  await expect(page.getByRole("dialog")).toBeHidden();

  // Every state that the head of the page ever shows, from before the engine began to wait.
  const header = page.locator("header").filter({ has: page.getByRole("heading", { level: 1, name: container.name }) });
  await expect(header).toContainText(/may still end by itself for \d+ s/);
  await expectOff(button(page, "Stop"), "A stop is still under way.");
  await page.reload();
  // Whoever comes later sees the same: the hub tells it, not this page's memory.
  await expect(header).toContainText(/may still end by itself for \d+ s/);
  await expect(header.getByText("Running", { exact: true })).toHaveCount(2);
  await expect(timeline(page)).toContainText("accepted by the agent");

  await expect(header.getByText("Exited (137)")).toBeVisible({ timeout: 30_000 });
  const goneMs = await container.lastEventMs("die");
  expect(goneMs).toBeLessThanOrEqual(Date.now());
  await expect(timeline(page)).toContainText("Done");
  await expect(timeline(page)).toContainText("verified (+");
  await page.reload();
  await expect(timeline(page)).toContainText("it does not listen");
  await page.getByRole("link", { name: "In the audit" }).click();
  await expect(page).toHaveURL(/\/audit\?target=ctr_/);
  await expect(page.getByText("asked to stop").first()).toBeVisible();
});

test("[ACTN-05] an operator sees a protected container's buttons off, with what protects it", async ({
  browser,
  fleet,
  run,
}) => {
  const container = await run({
    name: freshName("kept"),
    script: "sleep 1000",
    labels: { "yardarm.protected": "stop" },
  });
  const operator = await joinAs(fleet.session, "operator");
  const context = await browser.newContext();
  await enter(context, operator);
  const page = await context.newPage();
  await page.goto(containerUrl(fleet.hub.url, await findContainer(fleet.session, container.dockerId)));
  const because = "A label protects this container. (yardarm.protected=stop) Only an admin may act on it.";
  await expectOff(button(page, "Stop"), because);
  await expectOff(button(page, "Restart"), because);
  await button(page, "More actions").click();
  await expect(page.getByRole("menuitem", { name: "Kill" })).toHaveAttribute("aria-disabled", "true");
  // This label's scope leaves pausing to operators.
  await expect(page.getByRole("menuitem", { name: "Pause" })).not.toHaveAttribute("aria-disabled");
  await context.close();
});
