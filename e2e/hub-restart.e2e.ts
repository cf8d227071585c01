import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";
import type { Container } from "@yardarm/protocol/container";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import type { HubSession } from "@yardarm/testkit/hub-session";
import { runTestContainer, socketOf } from "@yardarm/testkit/test-container";
import { containerUrl, enter, findContainer, freshName } from "./fixtures.ts";
import { expectComplete, newestLine, numberOf, readThrough, untilNumber, untilSeq, watchLog } from "./log-watch.ts";
import { ticks } from "./tick-script.ts";

const socket = (): string => socketOf(process.env.DOCKER_HOST);

interface Viewer {
  readonly context: BrowserContext;
  readonly page: Page;
}

const openViewers = (browser: Browser, session: HubSession, container: Container): Promise<readonly Viewer[]> =>
  Promise.all(
    [1, 2, 3].map(async () => {
      const context = await browser.newContext();
      await enter(context, session);
      const page = await context.newPage();
      await watchLog(page);
      await page.goto(containerUrl(session.url, container));
      return { context, page };
    }),
  );

/** Kills the hub while three browsers read a log that goes on, starts it again, and compares what the three have seen. */
const killUnderViewers = async (browser: Browser, hub: HubProcess, session: HubSession): Promise<void> => {
  await using container = await runTestContainer(socket(), {
    name: freshName("survivor"),
    script: ticks({ everyMs: 25 }),
  });
  const viewers = await openViewers(browser, session, await findContainer(session, container.dockerId));
  const onAll = <Result>(act: (page: Page) => Promise<Result>): Promise<readonly Result[]> =>
    Promise.all(viewers.map(({ page }) => act(page)));
  await onAll((page) => untilNumber(page, 50));

  await hub.kill();
  await onAll((page) => expect(page.getByText(/^Disconnected: data from \d\d:\d\d:\d\d/)).toBeVisible());
  await hub.restart();
  await onAll(async (page) => untilSeq(page, (await newestLine(page)).seq + 50));

  await container.stop();
  const last = numberOf({ text: await container.lastLine() });
  await onAll((page) => untilNumber(page, last));
  const [one = [], two, three] = await onAll(readThrough);
  expectComplete(one, last);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
  await Promise.all(viewers.map(({ context }) => context.close()));
};

test("[LOGS-09] a killed hub that comes back with its agent still running: no line lost, none doubled", async ({
  browser,
}) => {
  await using hub = await startHubProcess({ command: "hub" });
  const session = await hub.signIn();
  await using agent = await startAgentProcess({ session, name: "lasting", dockerHost: process.env.DOCKER_HOST ?? "" });
  await agent.program().says(/Connected to the hub/);
  await killUnderViewers(browser, hub, session);
});

test("[LOGS-09] a killed hub that comes back together with its local agent: no line lost, none doubled", async ({
  browser,
}) => {
  await using hub = await startHubProcess({ command: "up" });
  await killUnderViewers(browser, hub, await hub.signIn());
});

test("[HOST-04] without a hub the page says how old its data is and when it tries again, and Retry tries at once", async ({
  browser,
}) => {
  await using hub = await startHubProcess({ command: "up" });
  const session = await hub.signIn();
  const context = await browser.newContext();
  await enter(context, session);
  const page = await context.newPage();
  await page.goto(`${hub.url}/fleet`);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();

  await hub.kill();
  const banner = page.getByText(/^Disconnected: data from \d\d:\d\d:\d\d/);
  await expect(banner).toBeVisible();
  await expect(page.getByText(/next try in \d+ s/)).toBeVisible();
  await hub.restart();
  // Waiting, the page has a button; while a try is under way there is nothing to press.
  await expect(async () => {
    if (await banner.isVisible()) await page.getByRole("button", { name: "Retry" }).click({ timeout: 500 });
    await expect(banner).toBeHidden({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await context.close();
});
