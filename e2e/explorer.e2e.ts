import { expect, type Page } from "@playwright/test";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { REORDER_MS } from "../web/live/log-merge.ts";
import { findContainer, freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

const lineOf = (page: Page, text: RegExp) => logOf(page).locator("[data-seq]").filter({ hasText: text });

/** Stands at another place on a phone, where this one is hidden. */
const said = (page: Page, text: string) => page.getByText(text).filter({ visible: true });

/** A word every so often, as a container that works writes. */
const talk = (word: string, everyMs = 200): string =>
  `i=0; while true; do i=$((i+1)); echo "${word} $i"; sleep ${everyMs / 1_000}; done`;

interface ShownLine {
  readonly source: string;
  readonly stamp: string;
}

/** Whose lines are on screen, and when they were written. */
const shownLines = (page: Page): Promise<readonly ShownLine[]> =>
  logOf(page)
    .locator("[data-seq]")
    .evaluateAll((rows) =>
      rows
        .toSorted((one, other) => Number(one.getAttribute("data-seq")) - Number(other.getAttribute("data-seq")))
        .map((row) => ({
          // As far as there is room for it; pointing at it says the whole.
          source: row.querySelector(".yd-source")?.getAttribute("title") ?? "",
          stamp: `1970-01-01T${row.querySelector(".yd-stamp")?.textContent.trim()}Z`,
        })),
    );

const choose = async (page: Page, typed: string, option: string | RegExp): Promise<void> => {
  await page.getByRole("combobox", { name: /ources$/ }).click();
  await page.getByLabel("Whose logs").fill(typed);
  await page.getByRole("option", { name: option }).first().click();
  await page.keyboard.press("Escape");
};

test("[LOGS-12] containers of two hosts in one stream, in the order of time; one that is created later joins", async ({
  page,
  fleet,
  run,
}) => {
  const { hub, session, host } = fleet;
  const prefix = freshName("choir");
  const [alto, bass] = [
    await run({ name: `${prefix}-alto`, script: talk("la") }),
    await run({ name: `${prefix}-bass`, script: talk("lo", 300) }),
  ];
  await using agent = await startAgentProcess({
    session,
    name: freshName("second"),
    dockerHost: process.env.DOCKER_HOST ?? "",
  });
  await findContainer(session, alto.dockerId, agent.hostId);
  await findContainer(session, bass.dockerId, agent.hostId);

  await page.goto(`${hub.url}/logs`);
  await expect(page.getByRole("button", { name: "Follow all containers" })).toBeVisible();
  await choose(page, prefix, `Names with ${prefix}`);
  await expect(said(page, "4 containers on 2 hosts")).toBeVisible();
  await expect(lineOf(page, /la \d+/).first()).toBeVisible();
  await expect
    .poll(async () => new Set((await shownLines(page)).map(({ source }) => source.replace(/^late · /, ""))).size)
    .toBe(4);
  const lines = await shownLines(page);
  expect(lines.some(({ source }) => source.includes(host.name))).toBe(true);
  // Both hosts have the same clock: what is not marked as late stands at most the window of reordering behind a later line.
  const stampsMs = lines.filter(({ source }) => !source.startsWith("late")).map(({ stamp }) => Date.parse(stamp));
  for (const [index, atMs] of stampsMs.entries()) {
    expect(atMs).toBeGreaterThanOrEqual(Math.max(...stampsMs.slice(0, index + 1)) - REORDER_MS);
  }

  const soprano = await run({ name: `${prefix}-soprano`, script: "echo 'joined later'; sleep 1000" });
  await expect(lineOf(page, /joined later/).first()).toBeVisible();
  await expect(said(page, "6 containers on 2 hosts")).toBeVisible();
  await findContainer(session, soprano.dockerId, agent.hostId);

  // The address is the view.
  expect(new URL(page.url()).searchParams.get("name")).toBe(prefix);
  await page.reload();
  await expect(said(page, "6 containers on 2 hosts")).toBeVisible();
  await page.getByLabel("Search in this log").fill("joined later");
  await expect(page.getByRole("status").filter({ hasText: /^2$/ })).toBeVisible();
});

test("[LOGS-11] stored lines are searched over all hosts; a hit opens what is around it, and its place in the log", async ({
  page,
  fleet,
  run,
}) => {
  const needle = freshName("needle");
  const container = await run({
    name: freshName("haystack"),
    script: `for i in $(seq 1 40); do echo "hay $i"; done; echo "WARN ${needle} found"; for i in $(seq 41 80); do echo "hay $i"; done; sleep 1000`,
  });
  await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs`);
  await page.getByRole("tab", { name: "Stored lines" }).click();
  const hits = page.getByRole("region", { name: "Hits" });
  await page.getByLabel("Search stored lines").fill(needle.toUpperCase());
  // What was written a moment ago is stored a moment later.
  await expect(async () => {
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await expect(hits.getByRole("button", { name: new RegExp(needle) })).toBeVisible({ timeout: 1_500 });
  }).toPass();
  await expect(page.getByRole("status").filter({ hasText: /1 hit · everything stored was searched/ })).toBeVisible();
  await expect(hits).toContainText(container.name);

  await hits.getByRole("button", { name: new RegExp(needle) }).click();
  const around = page.getByRole("region", { name: "Lines around the line" });
  await expect(around).toContainText("hay 40");
  await expect(around).toContainText("hay 41");

  const panel = page.getByRole("region", { name: "Line", exact: true });
  await panel.getByRole("link", { name: `Open this line in the log of ${container.name}` }).click();
  await expect(page.getByRole("heading", { level: 1, name: container.name })).toBeVisible();
  await expect(lineOf(page, new RegExp(needle))).toBeVisible();

  await page.goBack();
  await expect(page.getByLabel("Search stored lines")).toHaveValue(needle.toUpperCase());
  await page.getByLabel("Search stored lines").fill("nothing-is-called-that");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No stored line matches.")).toBeVisible();
});

test("[LOGS-12] a view is saved and found again; what matches nothing says so", async ({ page, fleet, run }) => {
  const container = await run({ name: freshName("kept"), script: "echo 'ERROR kept'; echo 'INFO fine'; sleep 1000" });
  const { workloadId } = await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs?workload=${workloadId}&levels=error,fatal`);
  await expect(lineOf(page, /ERROR kept/)).toBeVisible();
  await expect(page.getByText(/1 hidden by filter/)).toBeVisible();
  const name = freshName("view");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.goto(`${fleet.hub.url}/logs?name=no-container-is-called-that`);
  await expect(page.getByText("No container matches.")).toBeVisible();
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name }).click();
  await expect(lineOf(page, /ERROR kept/)).toBeVisible();
  await expect(lineOf(page, /INFO fine/)).toBeHidden();

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Remove views" }).click();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await expect(page.getByRole("button", { name: `Remove ${name}` })).toBeHidden();
});

test("[LOGS-13] another tab is a step of its own: Back leads to the live view of the same containers, Forward to the stored lines", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("steps"), script: "echo 'INFO one'; echo 'ERROR two'; sleep 1000" });
  await findContainer(fleet.session, container.dockerId);
  await page.goto(`${fleet.hub.url}/logs`);
  await choose(page, container.name, `Names with ${container.name}`);
  await expect(lineOf(page, /ERROR two/)).toBeVisible();
  const tab = (name: string) => page.getByRole("tab", { name, selected: true });
  await page.getByRole("tab", { name: "Stored lines" }).click();
  await expect(tab("Stored lines")).toBeVisible();
  await page.goBack();
  await expect(tab("Live")).toBeVisible();
  await expect(lineOf(page, /ERROR two/)).toBeVisible();
  expect(new URL(page.url()).search).toBe(`?name=${container.name}`);
  await page.goForward();
  await expect(tab("Stored lines")).toBeVisible();
  expect(new URL(page.url()).searchParams.get("name")).toBe(container.name);
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("button", { name: "Follow all containers" })).toBeVisible();
});
