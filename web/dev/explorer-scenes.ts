import { expect, type Page } from "@playwright/test";
import { INFO } from "@yardarm/protocol/log/level";
import type { MockHub } from "./mock-hub.ts";
import { CALM_LOG, EMPTY_LOG, type LogProfile } from "./mock-log.ts";
import type { Scene } from "./scenes.ts";

/** The logs explorer, the palette and the sheet of keys in each of their looks. */

const row = (page: Page) => page.locator("[data-seq]");
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const firstOf = (hub: MockHub, name: string) => {
  const container = [...hub.fleet.containers.values()].find((candidate) => candidate.name === name);
  if (container === undefined) throw new Error(`No container ${name}.`);
  return container;
};

/** The panel shows the line and what stands around it. */
const isOpen = (page: Page): Promise<void> =>
  expect(page.getByRole("region", { name: "Lines around the line" }).locator("[aria-current]")).toBeVisible();

/** On a phone lines over time are behind a button. */
const showOverTime = async (page: Page): Promise<void> => {
  await expect(button(page, "Download")).toBeVisible();
  if (await button(page, "Lines over time").isVisible()) await button(page, "Lines over time").click();
  // One of the containers is too large to be counted at once.
  await expect(page.getByText(/not all is counted: narrow the range/)).toBeVisible();
};

/** Lines with something to filter for. */
const FIELDS_LOG: LogProfile = {
  ...CALM_LOG,
  line: (seq) => ({
    text: JSON.stringify({
      msg: "order paid",
      order: 4_000 + (seq % 90),
      ms: (seq * 37) % 190,
      customer: { country: "NO" },
    }),
    level: INFO,
  }),
};

export const EXPLORER_SCENES: readonly Scene[] = [
  {
    name: "explorer-live",
    path: (hub) => {
      hub.fleet.logs.set("shop-db-1", { ...CALM_LOG, linesPerSecond: 3 });
      return "/logs?compose=shop";
    },
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await expect(page.locator("[data-chip]").filter({ hasText: "Live", visible: true })).toBeVisible();
    },
  },
  {
    name: "explorer-filtered",
    path: () => "/logs?compose=shop&levels=error,fatal&q=served",
    act: async (page) => {
      await expect(page.getByText(/hidden by filter/)).toBeVisible();
    },
  },
  {
    name: "explorer-picked",
    path: () => "/logs?compose=shop&label=tier%3Dfront&name=*web*",
    act: async (page) => {
      await page.getByRole("combobox", { name: /ources$/ }).click();
      await expect(page.getByRole("option").first()).toBeVisible();
    },
  },
  {
    name: "explorer-stored-idle",
    path: () => "/logs?tab=stored",
    act: async (page) => {
      await expect(page.getByText("Type what to look for.")).toBeVisible();
    },
  },
  {
    name: "explorer-nothing",
    path: () => "/logs",
    act: async (page) => {
      await expect(button(page, "Follow all containers")).toBeVisible();
    },
  },
  {
    name: "explorer-picker",
    path: () => "/logs",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Choose sources" }).click();
      await page.getByLabel("Whose logs").focus();
      await page.keyboard.type("sho");
      await expect(page.getByRole("option").nth(3)).toBeVisible();
    },
  },
  {
    name: "explorer-no-match",
    path: () => "/logs?name=nothing-like-this",
    act: async (page) => {
      await expect(page.getByText("No container matches.")).toBeVisible();
    },
  },
  {
    name: "explorer-empty",
    path: (hub) => {
      hub.fleet.logs.set("shop-web-1", EMPTY_LOG);
      return `/logs?workload=${firstOf(hub, "shop-web-1").workloadId}`;
    },
    act: async (page) => {
      await expect(page.getByText("These containers have written nothing yet.")).toBeVisible();
    },
  },
  {
    name: "explorer-offline",
    path: (hub) => `/logs?workload=${firstOf(hub, "edge-proxy").workloadId}`,
    act: async (page) => {
      await expect(page.getByText(/hosts have been offline/)).toBeVisible();
    },
  },
  {
    name: "explorer-many",
    path: () => "/logs?name=*",
    extraContainers: 200,
    act: async (page) => {
      await expect(page.getByText(/match; the 50 most recently active are followed/).first()).toBeAttached();
      await expect(row(page).last()).toBeVisible();
    },
  },
  {
    name: "explorer-reconnecting",
    path: () => "/logs?compose=shop",
    expectsFailures: true,
    act: async (page, hub) => {
      await expect(row(page).last()).toBeVisible();
      await page.context().setOffline(true);
      hub.cutSockets();
      await expect(page.locator("[data-chip]").filter({ hasText: /Reconnecting/, visible: true })).toBeVisible();
    },
  },
  {
    name: "explorer-stored",
    path: () => "/logs?tab=stored&find=served%20in%201&compose=shop",
    act: async (page) => {
      await expect(button(page, "Search further")).toBeVisible();
      await showOverTime(page);
    },
  },
  {
    name: "explorer-stored-line",
    path: () => "/logs?tab=stored&find=served%20in%201&compose=shop",
    act: async (page) => {
      await page.getByRole("region", { name: "Hits" }).getByRole("listitem").nth(1).getByRole("button").click();
      await isOpen(page);
    },
  },
  {
    name: "explorer-stored-fields",
    path: (hub) => {
      hub.fleet.logs.set("shop-web-1", FIELDS_LOG);
      return "/logs?tab=stored&find=order&compose=shop";
    },
    act: async (page) => {
      const hit = page.getByRole("region", { name: "Hits" }).getByRole("listitem").filter({ hasText: "order paid" });
      await hit.nth(1).getByRole("button").click();
      await isOpen(page);
    },
  },
  {
    name: "explorer-stored-range",
    path: () =>
      `/logs?tab=stored&compose=shop&from=${Date.now() - 90_000}&to=${Date.now() - 20_000}&levels=error,fatal`,
    act: async (page) => {
      await showOverTime(page);
      await button(page, "Range: from … to …").click();
      await page.getByLabel("To", { exact: true }).fill("yesterday");
      await button(page, "Set the range").click();
      await expect(page.getByText(/This is no moment/)).toBeVisible();
    },
  },
  {
    name: "explorer-download",
    path: () => "/logs?compose=shop&levels=error,fatal",
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await button(page, "More for this log").click();
      await page.getByRole("menuitem", { name: "Download" }).click();
      await page.getByRole("dialog").getByRole("combobox", { name: "Range" }).click();
      await page.getByRole("option", { name: "From … to …" }).click();
      await page.getByLabel("From", { exact: true }).fill("yesterday");
      await button(page, "Download the log").click();
      await expect(page.getByText(/This is no moment/)).toBeVisible();
    },
  },
  {
    name: "explorer-download-refused",
    path: () => "/logs?tab=stored",
    expectsFailures: true,
    act: async (page) => {
      await button(page, "Download").click();
      await button(page, "Download the log").click();
      await expect(page.getByText(/one file takes those of/)).toBeVisible();
    },
  },
  {
    name: "explorer-stored-expression",
    path: () => "/logs?tab=stored&find=served%20in%20(1&pattern=true&compose=shop",
    expectsFailures: true,
    act: async (page) => {
      await expect(page.getByRole("alert").filter({ hasText: "Not a valid regular expression" })).toBeVisible();
      await expect(button(page, "Search for it as text")).toBeVisible();
    },
  },
  {
    name: "explorer-expression",
    path: () => "/logs?compose=shop&q=served%20in%20(1&re=true",
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await expect(page.getByRole("alert").filter({ hasText: "Not a valid regular expression" })).toBeVisible();
    },
  },
  {
    name: "explorer-line",
    path: (hub) => {
      for (const name of ["shop-web-1", "shop-db-1"]) hub.fleet.logs.set(name, FIELDS_LOG);
      return "/logs?compose=shop";
    },
    act: async (page) => {
      await row(page).nth(6).click();
      await isOpen(page);
      await expect(page.getByText(/before the line|after the line/)).toBeVisible();
    },
  },
  {
    name: "explorer-line-linked",
    path: (hub) => {
      const { workloadId, containerId } = firstOf(hub, "shop-web-1");
      return `/logs?compose=shop&line=${workloadId}.${containerId}.4200.${Date.now() - 3_600_000}`;
    },
    act: async (page) => {
      await isOpen(page);
      await expect(page.getByText(/this line is older/)).toBeVisible();
    },
  },
  {
    name: "explorer-stored-none",
    path: () => "/logs?tab=stored&find=nothing%20like%20this&since=1h",
    act: async (page) => {
      await expect(page.getByText("No stored line matches.")).toBeVisible();
    },
  },
  {
    name: "explorer-save",
    path: () => "/logs?compose=shop",
    act: async (page) => {
      await button(page, "Views").click();
      await page.getByRole("menuitem", { name: "Save this view" }).click();
      await page.getByLabel("Name", { exact: true }).fill("The shop");
      await button(page, "Save view").click();
      await expect(page.getByRole("dialog")).toBeHidden();
      await button(page, "Views").click();
      await expect(page.getByRole("menuitem", { name: "The shop" })).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("menuitem")).toHaveCount(0);
    },
  },
  {
    name: "palette",
    path: (hub) => {
      const { hostId, containerId } = firstOf(hub, "shop-web-1");
      return `/fleet/${hostId}/${containerId}`;
    },
    act: async (page) => {
      await expect(row(page).last()).toBeVisible();
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option", { name: /Restart shop-web-1/ })).toBeVisible();
    },
  },
  {
    name: "palette-found",
    path: () => "/fleet",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
      await page.keyboard.press("Control+k");
      await page.keyboard.type("web");
      await expect(page.getByRole("option", { name: /shop-web-1/ })).toBeVisible();
    },
  },
  {
    name: "palette-nothing",
    path: () => "/fleet",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
      await page.keyboard.press("Control+k");
      await page.keyboard.type("nothing like this");
      await expect(page.getByText(/Nothing is called that/)).toBeVisible();
    },
  },
  {
    name: "keys",
    path: () => "/fleet",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: "All keys" })).toBeVisible();
    },
  },
];
