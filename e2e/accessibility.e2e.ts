import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import type { TestContainer } from "@yardarm/testkit/test-container";
import { findContainer, freshName, test } from "./fixtures.ts";
import { logOf } from "./log-watch.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** The page's ground in each theme: what tells that the theme is there. */
const THEMES = [
  { colorScheme: "light", ground: "rgb(246, 247, 249)" },
  { colorScheme: "dark", ground: "rgb(14, 17, 22)" },
] as const;

/** Looks at the page as it is, in both themes. Our pages have no frames, so axe need not gather from a page of its own ("legacy mode"). */
const expectAccessible = async (page: Page, what: string): Promise<void> => {
  for (const { colorScheme, ground } of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveCSS("background-color", ground);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
    const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
    expect(found, `${what}, ${colorScheme}`).toEqual([]);
  }
};

const LINES = [
  "echo 'INFO server listening on port 8080'",
  "echo 'ERROR could not reach the database' >&2",
  "printf '\\033[31mred\\033[0m \\033[42mon green\\033[0m https://example.com\\n'",
  `echo '{"level":"warn","message":"slow query","ms":412}'`,
  "sleep 1000",
].join("; ");

const openContainer = async (page: Page, hub: HubProcess, container: TestContainer): Promise<void> => {
  const { hostId, containerId } = await findContainer(await hub.signIn(), container.dockerId);
  await page.goto(`${hub.url}/fleet/${hostId}/${containerId}`);
  await expect(page.getByRole("log")).toContainText("slow query");
};

// Each page is examined in both themes, which takes a second or two each time.
test.slow();

test("[WCAG] first run and sign-in", async ({ browser }) => {
  await using hub = await startHubProcess({ command: "hub", isUnclaimed: true });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(hub.url);
  await expect(page.getByRole("heading", { name: "Set up Yardarm" })).toBeVisible();
  await expectAccessible(page, "first run");
  await page.goto(`${hub.url}/sign-in`);
  await page.getByLabel("E-mail").fill("somebody@example.com");
  await page.getByLabel("Password").fill("not the right one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "sign-in, refused");
  await context.close();
});

test("[WCAG] fleet, host and settings", async ({ page, fleet, run }) => {
  const { url } = fleet.hub;
  const container = await run({ name: freshName("locked"), script: LINES, labels: { "yardarm.protected": "true" } });
  await page.goto(`${url}/fleet`);
  await expect(page.getByRole("link", { name: container.name })).toBeVisible();
  await expectAccessible(page, "fleet");
  await page.goto(`${url}/fleet?q=nothing-like-this`);
  await expect(page.getByText("No container matches.")).toBeVisible();
  await expectAccessible(page, "fleet, nothing found");
  await page.goto(`${url}/fleet/${fleet.host.hostId}`);
  await expect(page.getByRole("link", { name: container.name })).toBeVisible();
  await expectAccessible(page, "host, containers");
  await page.getByRole("tab", { name: "Agent" }).click();
  await expect(page.getByText("Key fingerprint")).toBeVisible();
  await expectAccessible(page, "host, agent");
  await page.goto(`${url}/settings/profile`);
  await expect(page.getByText("This session", { exact: true })).toBeVisible();
  await expectAccessible(page, "profile");
  await page.goto(`${url}/settings/hosts`);
  await expect(page.getByRole("main").getByRole("link", { name: fleet.host.name })).toBeVisible();
  await expectAccessible(page, "hosts");
  await page.getByRole("button", { name: "Add host" }).click();
  await page.getByLabel("Name of the host").fill(freshName("never-joins"));
  await page.getByRole("button", { name: "Get the command" }).click();
  await expect(page.getByText("Waiting for the token to be used")).toBeVisible();
  await expectAccessible(page, "add a host");
  await page.goto(`${url}/nowhere`);
  await expect(page.getByText("There is no such page.")).toBeVisible();
  await expectAccessible(page, "no such page");
});

test("[WCAG] container: log, metrics, dialog; wide and on a phone", async ({ page, fleet, run }) => {
  const container = await run({ name: freshName("speaker"), script: LINES });
  await openContainer(page, fleet.hub, container);
  await expect(page.locator("canvas").first()).toBeVisible();
  await logOf(page).press("k");
  await expect(page.getByRole("button", { name: "Open line" })).toBeVisible();
  await expectAccessible(page, "container");
  await page.getByRole("button", { name: "CPU: view as table" }).click();
  await expect(page.getByRole("region", { name: "CPU, table" })).toBeVisible();
  await expectAccessible(page, "container, a chart as table");
  await page.getByLabel("Search in this log").fill("a");
  await page.getByRole("button", { name: "All levels" }).click();
  await expect(page.getByRole("menuitemcheckbox").first()).toBeVisible();
  await expectAccessible(page, "container, level menu");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Restart", exact: true }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessible(page, "container, dialog");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.setViewportSize({ width: 390, height: 844 });
  for (const tab of ["Logs", "Metrics", "Details", "Actions"]) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.getByRole("tabpanel", { name: tab })).toBeVisible();
    await expectAccessible(page, `container on a phone, ${tab}`);
  }
  await page.goto(`${fleet.hub.url}/fleet`);
  await expect(page.getByRole("link", { name: container.name })).toBeVisible();
  await expectAccessible(page, "fleet on a phone");
});

test("[WCAG] logs explorer, palette, keys", async ({ page, fleet, run }) => {
  const { url } = fleet.hub;
  const container = await run({ name: freshName("singer"), script: LINES });
  await page.goto(`${url}/logs`);
  await expect(page.getByRole("button", { name: "Follow all containers" })).toBeVisible();
  await expectAccessible(page, "explorer, nothing chosen");
  await page.getByRole("combobox", { name: "Choose sources" }).click();
  await page.getByLabel("Whose logs").fill("singer");
  await expect(page.getByRole("option").first()).toBeVisible();
  await expectAccessible(page, "explorer, picker");
  await page.goto(`${url}/logs?name=${container.name}`);
  await expect(page.getByRole("log")).toContainText("slow query");
  await expectAccessible(page, "explorer, live");
  await logOf(page)
    .locator("[data-seq]")
    .filter({ hasText: /slow query/ })
    .click();
  const around = page.getByRole("region", { name: "Lines around the line" });
  await expect(around.locator("[aria-current]")).toBeVisible();
  await expectAccessible(page, "explorer, a line");
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole("dialog").locator("[aria-current]")).toBeVisible();
  await expectAccessible(page, "explorer on a phone, a line");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${url}/logs?tab=stored&find=slow`);
  // A search may take the hub some seconds.
  await expect(page.getByRole("status").filter({ hasText: /hit/ })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("status").filter({ hasText: /\d+ lines?,/ })).toBeVisible();
  await expectAccessible(page, "explorer, stored lines");
  await page.goto(`${url}/logs?tab=stored&find=(slow&pattern=true`);
  await expect(page.getByRole("alert").filter({ hasText: "Not a valid regular expression" })).toBeVisible();
  await expectAccessible(page, "explorer, an expression that is none");
  await openContainer(page, fleet.hub, container);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option", { name: `Restart ${container.name}` })).toBeVisible();
  await expectAccessible(page, "palette");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "All keys" })).toBeVisible();
  await expectAccessible(page, "sheet of keys");
});

test("[WCAG 1.4.10] at 320 px, which is 200 % and more of zoom, nothing is lost: one heading, a title, no second scroll bar", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("narrow"), script: LINES });
  const { hostId, containerId } = await findContainer(fleet.session, container.dockerId);
  await page.setViewportSize({ width: 320, height: 568 });
  const pages: readonly (readonly [address: string, title: RegExp])[] = [
    ["/fleet", /^Fleet · Yardarm$/],
    [`/fleet/${hostId}`, new RegExp(`^${fleet.host.name} · `)],
    [`/fleet/${hostId}/${containerId}`, new RegExp(`^${container.name} · ${fleet.host.name} · Yardarm$`)],
    [`/logs?name=${container.name}`, /^Logs · Yardarm$/],
    ["/logs?tab=stored", /^Logs · Yardarm$/],
    ["/settings/profile", /^Profile · /],
    ["/settings/hosts", /^Hosts · /],
  ];
  for (const [address, title] of pages) {
    await page.goto(fleet.hub.url + address);
    await expect(page).toHaveTitle(title);
    await expect(page.getByRole("heading", { level: 1 }), address).toHaveCount(1);
    await expect(page.getByRole("main"), address).toHaveCount(1);
    const widthPx = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(widthPx, address).toBeLessThanOrEqual(320);
    const outside = await page.evaluate(() => {
      const isScrolled = (element: Element): boolean => {
        for (let at = element.parentElement; at !== null; at = at.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth) return true;
        }
        return false;
      };
      return [...document.querySelectorAll("button, a, input, [role=combobox]")]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !isScrolled(element))
        .map((element) => element.outerHTML.slice(0, 120));
    });
    expect(outside, address).toEqual([]);
  }
});
