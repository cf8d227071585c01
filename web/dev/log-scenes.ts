import { expect, type Page } from "@playwright/test";
import type { Container } from "@yardarm/protocol/container";
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { ERROR, INFO, WARN } from "@yardarm/protocol/log/level";
import { HOSTILE_LOG } from "./hostile-log.ts";
import type { MockHub } from "./mock-hub.ts";
import { burstLog, CALM_LOG, EMPTY_LOG, type LogProfile } from "./mock-log.ts";
import type { Scene } from "./scenes.ts";

/** The log view in each of its looks. Above 300 lines: a list of them, a few lines each. */

const log = (page: Page) => page.getByRole("log").getByRole("group", { name: "Lines", exact: true });
const row = (page: Page) => page.locator("[data-seq]");
const chip = (page: Page, text: string | RegExp) =>
  page.locator("[data-chip]").filter({ hasText: text, visible: true });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** A container of this name with this log; `fields` change what the inventory says of it. */
const withLog =
  (name: string, profile: LogProfile, fields: Partial<Container> = {}) =>
  ({ fleet }: MockHub): string => {
    fleet.logs.set(name, profile);
    const container = [...fleet.containers.values()].find((candidate) => candidate.name === name);
    if (container === undefined) throw new Error(`No container ${name}.`);
    fleet.containers.set(container.containerId, { ...container, ...fields });
    return `/fleet/${container.hostId}/${container.containerId}`;
  };

const JSON_LOG: LogProfile = {
  linesPerSecond: 0,
  linesBefore: 400,
  line: (seq) => STRUCTURED[seq % STRUCTURED.length] ?? { text: "" },
};
const STRUCTURED = [
  {
    text: '{"level":"info","msg":"order paid","order":4711,"customer":{"id":"c-17","country":"DE"},"items":[1,2]}',
    level: INFO,
  },
  { text: 'time="2026-11-21T14:02:11Z" level=warn msg="slow query" took=1.2s table=orders', level: WARN },
  {
    text: 'I1121 14:02:11.000001       1 controller.go:117] "Updated pod" pod="kube-system/dns" status="ready"',
    level: INFO,
  },
  { text: "java.lang.IllegalStateException: no connection", level: ERROR, isStderr: true },
  { text: "\tat com.example.Pool.take(Pool.java:214)", level: ERROR, isStderr: true, isContinuation: true },
  { text: "\tat com.example.Main.main(Main.java:12)", level: ERROR, isStderr: true, isContinuation: true },
] as const;

/** Line `seq` of shop-web-1, as an address names it. */
const lineOf = ({ fleet }: MockHub, seq: number): string => {
  const container = [...fleet.containers.values()].find(({ name }) => name === "shop-web-1");
  return `${container?.workloadId}.${container?.containerId}.${seq}.1795269731000`;
};

const HELD: LogProfile = { ...CALM_LOG, linesPerSecond: 0 };
const GAPS: LogProfile = {
  ...HELD,
  linesBefore: 1_030,
  storedFromSeq: 20,
  line: (seq) => {
    if (seq !== 1_010) return CALM_LOG.line(seq);
    const loss = { reason: "rotated", lines: 1_204, bytes: 2_202_009 } as const;
    return { text: "", loss: { ...loss, fromTsNs: "1795269731000000000", toTsNs: "1795269735000000000" } };
  },
};

/** Why there is nothing to read. */
const REFUSALS = [
  { name: "log-forbidden", answers: "forbidden", says: "Your role does not allow reading this log." },
  { name: "log-gone", answers: "not_found", says: /This container is gone/ },
  { name: "log-too-many", answers: "too_many_streams", says: /Too many logs of this host/ },
  { name: "log-unexpected", answers: "internal", says: /Something unexpected went wrong/ },
] as const;

const REFUSED_SCENES: readonly Scene[] = REFUSALS.map(({ name, answers, says }) => ({
  name,
  path: withLog("shop-web-1", { ...EMPTY_LOG, answers }),
  act: async (page) => {
    await expect(page.getByText(says)).toBeVisible();
  },
}));

const agoNs = (seconds: number): string => `${BigInt(Date.now() - seconds * 1_000) * 1_000_000n}`;

/** A container that followed another one a minute ago. */
const replaced = (hub: MockHub): string => {
  const times = { createdAtNs: agoNs(42), startedAtNs: agoNs(40) };
  const path = withLog("shop-web-1", { ...HELD, linesBefore: 400 }, times)(hub);
  const now = [...hub.fleet.containers.values()].find(({ name }) => name === "shop-web-1");
  if (now === undefined) throw new Error("No container shop-web-1.");
  const former = asId<ContainerId>("ctr_00000000000000004711");
  const past = { createdAtNs: agoNs(90_000), startedAtNs: agoNs(89_999), removedAtNs: agoNs(43) };
  const image = now.image.replace("2.14.0", "2.13.1");
  hub.fleet.containers.set(former, { ...now, ...past, image, containerId: former, state: "exited", exitCode: 0 });
  return path;
};

export const LOG_SCENES: readonly Scene[] = [
  ...REFUSED_SCENES,
  {
    name: "log-loading",
    path: withLog("shop-web-1", { ...EMPTY_LOG, answers: "never" }),
    act: async (page) => {
      await expect(page.getByText("Loading the last 1,000 lines…")).toBeVisible();
    },
  },
  {
    name: "log-off",
    path: withLog("shop-web-1", EMPTY_LOG, { logSource: { kind: "off", reason: "the label yardarm.logs=off" } }),
    act: async (page) => {
      await expect(page.getByText(/is not collected/)).toBeVisible();
    },
  },
  {
    name: "log-removed",
    path: (hub) => withLog("importer", HELD, { removedAtNs: agoNs(75) })(hub),
    act: async (page) => {
      await expect(chip(page, /^Removed/)).toBeVisible();
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "log-replaced",
    path: replaced,
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).focus();
      await page.keyboard.type("gg");
      await expect(button(page, "Show the former container")).toBeVisible();
    },
  },
  {
    name: "log-started",
    path: replaced,
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await page.getByLabel("Search in this log").fill("request 200 ");
      await page.keyboard.press("Enter");
      await expect(page.getByText(/┄┄ started/)).toBeVisible();
    },
  },
  {
    name: "log-not-loaded",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "All levels").click();
      await page.getByRole("menuitem", { name: "Errors only" }).click();
      await log(page).focus();
      await page.keyboard.type("gg");
      await expect(page.getByText(/not loaded\./)).toBeVisible();
    },
  },
  {
    name: "log-hostile-wrapped",
    path: (hub) => `${withLog("shop-web-1", HOSTILE_LOG)(hub)}?wrap=true`,
    act: async (page) => {
      await expect(page.getByText("see https://example.com")).toBeVisible();
    },
  },
  {
    name: "log-light-lines",
    path: withLog("shop-web-1", HOSTILE_LOG),
    act: async (page) => {
      await expect(page.getByText("see https://example.com")).toBeVisible();
      await button(page, "More for this log").click();
      await page.getByRole("menuitemradio", { name: "As the rest of the page" }).click();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("menuitem")).toHaveCount(0);
    },
  },
  {
    name: "log-menu",
    path: withLog("shop-web-1", CALM_LOG),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "More for this log").click();
      await expect(page.getByRole("menuitemradio", { name: "As the rest of the page" })).toBeVisible();
    },
  },
  {
    name: "log-narrowed",
    isWideOnly: true,
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      const box = await button(page, "Lines over time: go to a moment").boundingBox();
      if (box === null) throw new Error("There is nothing to drag over.");
      await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
      await page.mouse.up();
      await expect(button(page, "Lines over time: the whole time again")).toBeVisible();
    },
  },
  {
    name: "log-live",
    path: withLog("shop-web-1", CALM_LOG),
    act: async (page) => {
      await expect(chip(page, "Live")).toBeVisible();
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "log-wrapped",
    path: withLog("shop-web-1", burstLog(50)),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      const wrap = button(page, "Wrap long lines");
      if ((await wrap.getAttribute("aria-pressed")) === "false") await wrap.click();
      await expect(page.locator("[data-wrapped]").first()).toBeVisible();
    },
  },
  {
    name: "log-hostile",
    path: withLog("shop-web-1", HOSTILE_LOG),
    act: async (page) => {
      await expect(page.getByText("see https://example.com")).toBeVisible();
      expect(await page.title()).toContain("shop-web-1");
    },
  },
  {
    name: "log-search",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).focus();
      await page.keyboard.press("/");
      await page.keyboard.type("served in 1");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
      await expect(page.getByText(/^[\d,]+ of [\d,]+$/)).toBeVisible();
    },
  },
  {
    name: "log-nothing-found",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      // By hand: what moves then is an answer, and counts as none that moved by itself.
      await page.getByLabel("Search in this log").click();
      await page.keyboard.type("nothing like this");
      await expect(button(page, "Search stored lines")).toBeVisible();
    },
  },
  {
    name: "log-pointed",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).focus();
      await page.keyboard.press("k");
      await expect(button(page, "Open line")).toBeVisible();
      await row(page).nth(7).hover();
    },
  },
  {
    name: "log-errors-only",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "All levels").click();
      await page.getByRole("menuitem", { name: "Errors only" }).click();
      await expect(page.getByText(/hidden by filter/)).toBeVisible();
      await button(page, "Errors only").click();
      await expect(page.getByRole("menuitemcheckbox", { name: /error/ })).toBeVisible();
      await expect(page.getByRole("menuitem", { name: "Only error" })).toBeVisible();
    },
  },
  {
    name: "log-no-match",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      // By hand: what moves then is an answer, and counts as none that moved by itself.
      await page.getByLabel("Search in this log").click();
      await page.keyboard.type("nothing like this");
      await button(page, "Show only lines that match").click();
      await expect(button(page, "Clear filters")).toBeVisible();
    },
  },
  {
    name: "log-empty",
    path: withLog("shop-web-1", EMPTY_LOG),
    act: async (page) => {
      await expect(page.getByText("This container has written nothing yet.")).toBeVisible();
    },
  },
  {
    name: "log-scrolled",
    path: withLog("shop-web-1", { ...CALM_LOG, linesPerSecond: 50 }),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).hover();
      await page.mouse.wheel(0, -400);
      await expect(chip(page, /not following · \d+ new/)).toBeVisible();
    },
  },
  {
    name: "log-paused",
    path: withLog("shop-web-1", { ...CALM_LOG, linesPerSecond: 50 }),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).focus();
      await page.keyboard.press("Space");
      await expect(chip(page, /Paused · \d\d+ waiting · 00:0[1-9]/)).toBeVisible();
    },
  },
  {
    name: "log-cleared",
    path: withLog("shop-web-1", CALM_LOG),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      const clear = button(page, "Clear this view");
      if (await clear.isVisible()) await clear.click();
      else {
        await button(page, "More for this log").click();
        await page.getByRole("menuitem", { name: "Clear this view" }).click();
      }
      await expect(button(page, "show again")).toBeVisible();
      await expect(row(page).nth(2)).toBeVisible();
    },
  },
  {
    name: "log-gaps",
    path: withLog("shop-web-1", GAPS),
    act: async (page) => {
      await expect(page.getByText(/1,204 lines .* lost/)).toBeVisible();
      await log(page).focus();
      await page.keyboard.type("gg");
      await page.waitForTimeout(300);
      await page.keyboard.type("gg");
      await expect(page.getByText(/lines are not stored/)).toBeVisible();
    },
  },
  {
    name: "log-reconnecting",
    path: withLog("shop-web-1", HELD),
    expectsFailures: true,
    act: async (page, hub) => {
      await expect(row(page).last()).toBeVisible();
      await page.context().setOffline(true);
      hub.cutSockets();
      await expect(chip(page, /Reconnecting · try \d+/)).toBeVisible();
    },
  },
  {
    name: "log-ended",
    path: withLog("importer", HELD),
    act: async (page) => {
      await expect(chip(page, "Exited (137)")).toBeVisible();
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "log-offline",
    path: withLog("edge-proxy", HELD),
    act: async (page) => {
      await expect(page.getByText(/has been offline/)).toBeVisible();
    },
  },
  {
    name: "log-unreadable",
    path: withLog("shop-web-1", EMPTY_LOG, {
      logDriver: "syslog",
      logSource: { kind: "unreadable", reason: 'configured logging driver "syslog" does not support reading' },
    }),
    act: async (page) => {
      await expect(page.getByText(/does not support reading/)).toBeVisible();
    },
  },
  {
    name: "log-fields",
    path: withLog("shop-web-1", JSON_LOG),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await page.getByText("order paid").last().click();
      await log(page).press("Enter");
      await expect(page.getByRole("region", { name: "Fields" })).toContainText("country");
    },
  },
  {
    name: "log-selection",
    path: withLog("shop-web-1", JSON_LOG),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      const gutter = log(page).locator(".yd-gutter");
      // Beside the button that opens the line.
      const position = { x: 30, y: 10 };
      await gutter.nth(3).click({ position });
      await gutter.nth(9).click({ position, modifiers: ["Shift"] });
      await expect(page.getByRole("toolbar", { name: "Selected lines" })).toContainText(/\d+ lines/);
    },
  },
  {
    name: "log-download",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "More for this log").click();
      await page.getByRole("menuitem", { name: "Download" }).click();
      await expect(page.getByRole("dialog")).toContainText("Download the log of shop-web-1");
    },
  },
  {
    name: "log-regex-refused",
    path: withLog("shop-web-1", HELD),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await page.getByLabel("Search in this log").click();
      // As somebody types: what gives way to that is no shift.
      await page.keyboard.type("served in (");
      await button(page, "Regular expression").click();
      await expect(page.getByText(/Not a valid regular expression/)).toBeVisible();
    },
  },
  {
    name: "log-selector",
    path: withLog("shop-web-1", HELD),
    isWideOnly: true,
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await page.getByRole("combobox", { name: "Container" }).filter({ visible: true }).click();
      await expect(page.getByRole("option", { name: /shop-db-1/ })).toBeVisible();
    },
  },
  {
    name: "log-link-gone",
    path: (hub) => `${withLog("shop-web-1", GAPS)(hub)}?line=${lineOf(hub, 3)}`,
    act: async (page) => {
      await expect(page.getByText(/no longer stored\. It was written at/)).toBeVisible();
    },
  },
  {
    name: "log-link",
    path: (hub) => `${withLog("shop-web-1", HELD)(hub)}?line=${lineOf(hub, 700)}`,
    act: async (page) => {
      await expect(page.getByText("request 700 served")).toBeVisible();
      await expect(page.locator("[data-current]")).toContainText("request 700");
    },
  },
  {
    name: "log-over-time",
    path: withLog("shop-web-1", CALM_LOG),
    isWideOnly: true,
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "Lines over time: view as table").click();
      await expect(page.getByRole("region", { name: "Lines over time, table" })).toBeVisible();
    },
  },
  {
    name: "log-host-lines",
    path: withLog("shop-web-1", GAPS),
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await log(page).focus();
      const offer = button(page, "Read them from the host");
      await expect(async () => {
        await page.keyboard.type("gg");
        await expect(offer).toBeVisible({ timeout: 300 });
      }).toPass();
      await offer.click();
      await page.keyboard.type("gg");
      await expect(page.getByText("The log begins here.")).toBeVisible();
      await expect(page.getByText(/an old request, number 0$/)).toBeVisible();
      await expect(page.getByText(/not stored here · below: stored/)).toBeVisible();
    },
  },
];
