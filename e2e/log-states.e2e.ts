import { expect, type Page } from "@playwright/test";
import type { LogRange } from "@yardarm/protocol/api/logs";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { runTestContainer, socketOf } from "@yardarm/testkit/test-container";
import { containerUrl, enter, findContainer, freshName, startFleet, test } from "./fixtures.ts";
import { lineOf, logOf, seenLines, untilNumber, watchLog } from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

/** How lines get here, or why they do not: each state as the chip, the sentence and the one thing to do say it. Above 300 lines: one list of them. */

const chip = (page: Page, text: string | RegExp) =>
  page.locator("[data-chip]").filter({ hasText: text, visible: true }).first();
const notice = (page: Page, text: string | RegExp) => page.locator("[data-notice]").filter({ hasText: text });
const linesOf = (page: Page) => logOf(page).locator("[data-seq]");

/** Lets the browser's live connection through, but for what `hold` says; gives what releases it. */
const holdMessages = async (page: Page, hold: (type: string) => boolean): Promise<() => void> => {
  const held: (() => void)[] = [];
  let isOpen = false;
  await page.routeWebSocket(/\/ws\/client/, (socket) => {
    const hub = socket.connectToServer();
    hub.onMessage((message) => {
      const type = typeof message === "string" ? (JSON.parse(message) as { readonly type: string }).type : "frame";
      if (isOpen || !hold(type)) socket.send(message);
      else held.push(() => socket.send(message));
    });
  });
  return () => {
    isOpen = true;
    for (const send of held) send();
  };
};

test("[LOGS-05] loading is said while nothing has come, and the lines then appear at once", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("slow-start"), script: ticks({ atOnce: 300, everyMs: 1e6 }) });
  await container.untilItPrinted("tick 301");
  const release = await holdMessages(page, (type) => type === "log.subscribed" || type === "frame");
  await watchLog(page);
  await open(container);
  await expect(notice(page, "Loading the last 1,000 lines…")).toBeVisible();
  await expect(linesOf(page)).toHaveCount(0);
  release();
  await untilNumber(page, 301);
  await expect(chip(page, "Live")).toBeVisible();
  await expect(notice(page, /Loading/)).toHaveCount(0);
});

test("[LOGS-05] Enter in the search field while the lines are loading leads to the match as soon as they are here", async ({
  page,
  fleet,
  run,
  open,
}) => {
  const container = await run({ name: freshName("early"), script: ticks({ atOnce: 300, everyMs: 1e6 }) });
  await container.untilItPrinted("tick 301");
  // What the hub has when the page asks is what the page waits for.
  const { containerId } = await findContainer(fleet.session, container.dockerId);
  const storedUpTo = async () =>
    (await fleet.session.get<LogRange>(`/api/containers/${containerId}/logs/range`)).lastSeq;
  await expect.poll(storedUpTo).toBe(300);
  const release = await holdMessages(page, (type) => type === "log.subscribed" || type === "frame");
  await open(container);
  await expect(notice(page, "Loading the last 1,000 lines…")).toBeVisible();
  await page.getByLabel("Search in this log").fill("tick 150");
  await page.keyboard.press("Enter");
  release();
  await expect(page.locator("[data-current]")).toContainText("tick 150");
});

test("[LOGS-05] a container that has written nothing is not one whose lines are hidden", async ({
  page,
  run,
  open,
}) => {
  await open(await run({ name: freshName("silent"), script: "sleep 1000" }));
  await expect(notice(page, "This container has written nothing yet.")).toBeVisible();
  await expect(chip(page, "Live")).toBeVisible();

  await open(await run({ name: freshName("chatty"), script: "echo 'INFO here'; echo 'INFO there'; sleep 1000" }));
  await expect(linesOf(page)).toHaveCount(2);
  await page.getByLabel("Search in this log").fill("nowhere");
  await page.getByRole("button", { name: "Show only lines that match" }).click();
  await expect(notice(page, "No line matches: 2 lines hidden.")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(linesOf(page)).toHaveCount(2);
});

test("[LOGS-05] a log that the engine cannot read, and one that is left out, say so", async ({ page, run, open }) => {
  await open(await run({ name: freshName("undriven"), script: "echo unread; sleep 1000", logDriver: "none" }));
  await expect(notice(page, /^This log cannot be read: .*(driver|logging)/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy details" })).toBeVisible();

  const labels = { "yardarm.logs": "off" };
  await open(await run({ name: freshName("private"), script: "echo unseen; sleep 1000", labels }));
  await expect(notice(page, /^The log of this container is not collected: /)).toBeVisible();
  await expect(linesOf(page)).toHaveCount(0);
});

test("[LOGS-07] a container that has ended says how; one that is removed is still read", async ({
  page,
  run,
  open,
}) => {
  const container = await run({ name: freshName("brief"), script: "echo 'last words'; exit 3", ignoresTerm: true });
  await open(container);
  await expect(chip(page, /^Exited \(3\) \d\d:\d\d:\d\d$/)).toBeVisible();
  await expect(lineOf(page, "last words")).toBeVisible();
  await container.remove();
  await expect(chip(page, /^Removed \d\d:\d\d:\d\d$/)).toBeVisible();
  await page.reload();
  await expect(chip(page, /^Removed/)).toBeVisible();
  await expect(lineOf(page, "last words")).toBeVisible();
});

test("[LOGS-07] a container that never was is not known, with the way back", async ({ page, fleet }) => {
  await page.goto(`${fleet.hub.url}/fleet/${fleet.host.hostId}/ctr_00000000000000000000`);
  await expect(page.getByText("This container is not known.")).toBeVisible();
  await page.getByRole("link", { name: "Show the fleet" }).click();
  await expect(page).toHaveURL(/\/fleet$/);
});

const REFUSALS = [
  { code: "forbidden", says: "Your role does not allow reading this log.", button: null },
  {
    code: "not_found",
    says: "This container is gone, and the hub keeps nothing of its log.",
    button: "Show the fleet",
  },
  { code: "too_many_streams", says: "Too many logs of this host are being read at once", button: "Try again" },
] as const;

for (const { code, says, button } of REFUSALS) {
  test(`[LOGS-05] what the hub refuses with ${code} is said beside the lines that are there`, async ({
    page,
    run,
    open,
  }) => {
    const container = await run({ name: freshName("refused"), script: ticks({ atOnce: 5, everyMs: 1e6 }) });
    let refuse: (() => void) | undefined;
    await page.routeWebSocket(/\/ws\/client/, (socket) => {
      const hub = socket.connectToServer();
      hub.onMessage((message) => {
        socket.send(message);
        const control = typeof message === "string" ? (JSON.parse(message) as Record<string, unknown>) : {};
        if (control.type !== "log.subscribed") return;
        const { containerId } = control;
        refuse = () =>
          socket.send(JSON.stringify({ type: "error", code, message: code, refused: "log.subscribe", containerId }));
      });
    });
    await open(container);
    await expect(lineOf(page, "tick 5")).toBeVisible();
    refuse?.();
    await expect(notice(page, says)).toBeVisible();
    await expect(lineOf(page, "tick 5")).toBeVisible();
    if (button === null) await expect(page.getByRole("button", { name: "Copy details" })).toBeVisible();
    else await page.locator("[data-notice]").getByRole("button", { name: button }).click();
    if (button === "Try again") await expect(chip(page, "Live")).toBeVisible();
    if (button === "Show the fleet") await expect(page).toHaveURL(/\/fleet$/);
  });
}

test("[LOGS-09] without the hub the lines stay, the chip counts the tries, and nothing is there twice afterwards", async ({
  browser,
}) => {
  const { hub, session } = await startFleet();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => hub.stop());
  const script = ticks({ atOnce: 50, everyMs: 100 });
  const container = stack.use(
    await runTestContainer(socketOf(process.env.DOCKER_HOST), { name: freshName("kept"), script }),
  );
  const context = await browser.newContext();
  stack.defer(() => context.close());
  await enter(context, session);
  const page = await context.newPage();
  await watchLog(page);
  await page.goto(containerUrl(hub.url, await findContainer(session, container.dockerId)));
  await untilNumber(page, 60);
  await hub.kill();
  await expect(chip(page, /^Reconnecting · try \d+, next in \d+ s/)).toBeVisible();
  await expect(notice(page, "The hub is not reachable; what is here stays.")).toBeVisible();
  await expect(linesOf(page).first()).toBeVisible();
  await hub.restart();
  const tryNow = page.locator("[data-notice]").getByRole("button", { name: "Try now" });
  await expect(async () => {
    if (await tryNow.isVisible()) await tryNow.click({ timeout: 500 });
    await expect(chip(page, "Live")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await untilNumber(page, 100);
  const numbers = (await seenLines(page)).map(({ text }) => text);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test("[LOGS-01] lines from before the host was added are read from the host itself, down to the first", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("elder"), script: ticks({ atOnce: 1_000, everyMs: 1e6 }) });
  await container.untilItPrinted("tick 1001");
  // A host of its own on the same engine, added after the lines were written.
  await using agent = await startAgentProcess({
    session: fleet.session,
    name: freshName("newcomer"),
    dockerHost: process.env.DOCKER_HOST ?? "",
  });
  const found = await findContainer(fleet.session, container.dockerId, agent.hostId);
  await page.goto(containerUrl(fleet.hub.url, found));
  await expect(lineOf(page, "tick 1001")).toBeVisible();
  await logOf(page).focus();
  const offer = page.getByRole("button", { name: "Read them from the host" });
  await expect(async () => {
    await page.keyboard.type("gg");
    await expect(offer).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(logOf(page)).toContainText(/left out .*written before this host was added/);
  await offer.click();
  await expect(async () => {
    await page.keyboard.type("gg");
    await expect(page.getByText("The log begins here.")).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(lineOf(page, "tick 1")).toBeVisible();
  // They are searched like the others.
  await page.getByLabel("Search in this log").fill("tick 50");
  await expect(page.getByRole("status").filter({ hasText: /^11$/ })).toBeVisible();
  // Where the one begins and the other ends.
  await page.getByLabel("Search in this log").fill("tick 802");
  await page.keyboard.press("Enter");
  await expect(logOf(page)).toContainText(/not stored here · below: stored/);
});

test("[LOGS-05] lines over time: of what is stored, as a table, and the way to a moment that is not loaded", async ({
  page,
  run,
  open,
}) => {
  const script = `echo 'the very first'; sleep 2; ${ticks({ atOnce: 2_500, everyMs: 1e6 })}`;
  const container = await run({ name: freshName("history"), script });
  await container.untilItPrinted("tick 2501");
  await open(container);
  await expect(lineOf(page, "tick 2501")).toBeVisible();
  await page.getByRole("combobox", { name: "Lines over" }).click();
  await page.getByRole("option", { name: "All stored" }).click();
  const table = page.getByRole("region", { name: "Lines over time, table" });
  const moments = table.getByRole("row").filter({ has: page.getByRole("button") });
  // What was written a moment ago is counted a moment later, and asked for again every 30 s.
  await expect(async () => {
    await page.getByRole("button", { name: "Lines over time: view as table" }).click();
    await expect(moments.nth(1)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await moments.first().getByRole("button").first().click();
  await expect(table).toBeHidden();
  // It was not among the last 1,000 lines: its place is asked for, its surroundings are loaded.
  await expect(lineOf(page, "the very first")).toBeVisible();
});

test("[METR-04] the charts beside the log point at the time of the line that is pointed at, or current", async ({
  page,
  run,
  open,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const container = await run({ name: freshName("pointed"), script: ticks({ atOnce: 5, everyMs: 1e6 }) });
  await container.untilItPrinted("tick 6");
  await open(container);
  const chart = page.getByRole("img", { name: /^CPU: now/ });
  const clock = /\d\d:\d\d:\d\d/;
  // A chart that has no sample yet has nothing to point at: the pointer comes to the line anew until it has.
  await expect(async () => {
    await page.mouse.move(0, 0);
    await lineOf(page, "tick 2").hover();
    await expect(chart).toContainText(clock, { timeout: 500 });
  }).toPass();
  await page.mouse.move(0, 0);
  await expect(chart).not.toContainText(clock);
  await lineOf(page, "tick 3").click();
  await page.mouse.move(0, 0);
  await expect(chart).toContainText(clock);
});

test("[LOGS-05] text selected by dragging is copied whole, also what the drag has left behind", async ({
  page,
  context,
  run,
  open,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const container = await run({ name: freshName("dragged"), script: ticks({ atOnce: 600, everyMs: 1e6 }) });
  await container.untilItPrinted("tick 601");
  await open(container);
  await expect(lineOf(page, "tick 601")).toBeVisible();
  const place = async (text: string) => {
    const box = await lineOf(page, text).locator(".yd-text").boundingBox();
    if (box === null) throw new Error(`${text} is not on screen.`);
    return box;
  };
  const last = await place("tick 600");
  await page.mouse.move(last.x + last.width - 1, last.y + 10);
  await page.mouse.down();
  await page.mouse.move(last.x + 20, last.y - 40, { steps: 3 });
  // The rows where it began are far below by then.
  await page.mouse.wheel(0, -6_000);
  await expect(lineOf(page, "tick 300")).toBeVisible();
  await expect(lineOf(page, "tick 599")).toHaveCount(0);
  const first = await place("tick 300");
  await page.mouse.move(first.x + 60, first.y + 10);
  await page.mouse.move(first.x - 4, first.y + 10, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.press("ControlOrMeta+c");
  const wanted = Array.from({ length: 301 }, (_, index) => `tick ${300 + index}`).join("\n");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(wanted);
});

test("[LOGS-05] dragging over the lines over time draws only that part; by keyboard the table does the same", async ({
  page,
  run,
  open,
}) => {
  const script = 'for i in $(seq 1 30); do echo "tick $i"; sleep 0.1; done; sleep 1000';
  const container = await run({ name: freshName("peak"), script });
  await container.untilItPrinted("tick 30");
  await open(container);
  await expect(lineOf(page, "tick 30")).toBeVisible();
  const bars = page.getByRole("button", { name: "Lines over time: go to a moment" });
  const whole = page.getByRole("button", { name: "Lines over time: the whole time again" });
  const table = page.getByRole("region", { name: "Lines over time, table" });
  const counted = async (): Promise<number> => {
    await page.getByRole("button", { name: "Lines over time: view as table" }).click();
    const cells = await table.getByRole("cell").allTextContents();
    await page.keyboard.press("Escape");
    await expect(table).toBeHidden();
    return cells.map(Number).reduce((sum, lines) => sum + (Number.isNaN(lines) ? 0 : lines), 0);
  };
  await expect.poll(counted).toBe(30);
  const box = await bars.boundingBox();
  if (box === null) throw new Error("There is nothing to drag over.");
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(whole).toBeVisible();
  expect(await counted()).toBeLessThan(20);
  await whole.click();
  await expect.poll(counted).toBe(30);
  await page.getByRole("button", { name: "Lines over time: view as table" }).click();
  await table
    .getByRole("button", { name: /^Draw only / })
    .first()
    .press("Enter");
  await expect(whole).toBeVisible();
  await expect(page.locator("[data-current]")).toContainText("tick 1");
});
