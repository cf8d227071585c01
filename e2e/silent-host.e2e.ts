import { expect } from "@playwright/test";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { findContainer, freshName, test } from "./fixtures.ts";

/** The light theme's colour of what is not the case now. */
const MUTED = "rgb(86, 98, 112)";
const STALE_MS = 10_000;
const OFFLINE_MS = 30_000;
/** What a busy machine may add before it is on screen. */
const SLACK_MS = 5_000;

test("[HOST-04] a host whose agent was killed is stale after 10 s and offline after 30 s, and its actions say so", async ({
  page,
  fleet,
  run,
}) => {
  const { session, hub } = fleet;
  const container = await run({ name: freshName("orphan"), script: "echo 'still readable'; sleep 1000" });
  await using agent = await startAgentProcess({
    session,
    name: freshName("mortal"),
    dockerHost: process.env.DOCKER_HOST ?? "",
  });
  const { hostId, containerId } = await findContainer(session, container.dockerId, agent.hostId);
  await page.goto(`${hub.url}/fleet/${hostId}/${containerId}`);
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await expect(stop).not.toHaveAttribute("aria-disabled");

  await agent.kill();
  const killedAtMs = Date.now();
  await expect(page.getByText(/^Stale \d+ s$/)).toBeVisible({ timeout: STALE_MS + SLACK_MS });
  // The agent beats every 3 s, so the last sign of life is up to that much older than its end.
  expect(Date.now() - killedAtMs).toBeGreaterThan(STALE_MS - 4_000);
  await expect(page.getByText(/\d+ hosts? not answering/).first()).toBeVisible();

  await expect(page.getByText(/^Offline \d+ s$/)).toBeVisible({ timeout: OFFLINE_MS - STALE_MS + SLACK_MS });
  await expect(stop).toHaveAttribute("aria-disabled", "true");
  await expect(stop).toHaveAccessibleDescription(/^The host has not answered for \d+ s\.$/);
  await expect(page.getByText(/^Host offline · \d+ s$/).filter({ visible: true })).toBeVisible();
  const notice = page.locator("[data-notice]");
  await expect(notice).toContainText(
    / has been offline for \d+ s\. Stored lines are shown; live again when it returns\./,
  );
  await expect(notice.getByRole("button", { name: "Show the host" })).toBeVisible();
  await expect(page.getByRole("log")).toContainText("still readable");

  // The other host, which looks at the same engine, is as alive as before.
  await page.goto(`${hub.url}/fleet?q=${container.name}`);
  const rows = page.getByRole("row").filter({ hasText: container.name });
  await expect(rows).toHaveCount(2);
  const old = rows.filter({ hasText: /\d+ s old/ });
  await expect(old).toHaveCount(1);
  await expect(old).toHaveCSS("color", MUTED);

  agent.restart();
  await expect(rows.filter({ hasText: /\d+ s old/ })).toHaveCount(0);
});
