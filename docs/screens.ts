/** The pages in the looks that are worth showing, in the order in which they are taken. */
import { type Locator, type Page, expect as quickExpect } from "@playwright/test";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { OWNER } from "@yardarm/testkit/hub-process";

/** Hosts send their samples every 5 s, and nobody is in a hurry. */
const expect = quickExpect.configure({ timeout: 30_000 });

export interface Screen {
  readonly name: string;
  readonly title: string;
  /** Which hub: one that nobody has claimed, one without hosts, or the one with the simulated fleet. */
  readonly hub: "fresh" | "empty" | "fleet";
  readonly path: (fleet: Fleet) => string;
  /** Brings the page into the look that is taken. */
  readonly act: (page: Page) => Promise<void>;
  readonly isSignedOut?: true;
  readonly hasCharts?: true;
}

export interface Fleet {
  readonly hosts: readonly Host[];
  readonly containers: readonly Container[];
}

const containerOf = ({ containers }: Fleet, name: string): Container => {
  const found = containers.find((container) => container.name === name);
  if (found === undefined) throw new Error(`The simulated fleet has no container ${name}.`);
  return found;
};

const containerPath = (fleet: Fleet, name: string): string => {
  const { hostId, containerId } = containerOf(fleet, name);
  return `/fleet/${hostId}/${containerId}`;
};

const openTab = async (page: Page, name: string): Promise<void> => {
  const tab = page.getByRole("tab", { name });
  if (await tab.isVisible()) await tab.click();
};

const rowOf = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });

const hasLines = (page: Page): Promise<void> =>
  expect(page.getByRole("log").locator("[data-seq]").nth(10)).toBeVisible();

export const SCREENS: readonly Screen[] = [
  {
    name: "setup",
    title: "First run",
    hub: "fresh",
    isSignedOut: true,
    path: () => "/setup",
    act: async (page) => {
      await page.getByLabel("Your name").fill("Olga Owner");
      await page.getByLabel("E-mail").fill(OWNER.email);
      await page.getByLabel("Organization").fill("Example Ltd");
    },
  },
  {
    name: "sign-in",
    title: "Sign-in",
    hub: "fleet",
    isSignedOut: true,
    path: () => "/sign-in",
    act: async (page) => {
      await page.getByLabel("E-mail").fill(OWNER.email);
    },
  },
  {
    name: "fleet",
    title: "Fleet: every container of every host",
    hub: "fleet",
    path: () => "/fleet",
    act: async (page) => {
      for (const name of ["shop-api-1", "inventory-service-1", "forge-gitea-1"]) {
        await expect(rowOf(page, name)).toContainText("MiB");
      }
    },
  },
  {
    name: "fleet-empty",
    title: "Fleet without a host: the command for the first one",
    hub: "empty",
    path: () => "/fleet",
    act: async (page) => {
      await page.getByLabel("Name of the host").fill("fra-1");
      await page.getByRole("button", { name: "Get the command" }).click();
      await expect(page.getByText("Waiting for the token to be used")).toBeVisible();
    },
  },
  {
    name: "host",
    title: "Host: its containers",
    hub: "fleet",
    path: ({ hosts }) => `/fleet/${hosts.find(({ name }) => name.startsWith("data-1"))?.hostId}`,
    act: async (page) => {
      await expect(rowOf(page, "db-redis-1")).toContainText("MiB");
    },
  },
  {
    name: "host-agent",
    title: "Host: its agent",
    hub: "fleet",
    path: ({ hosts }) => `/fleet/${hosts.find(({ name }) => name.startsWith("app-1"))?.hostId}?tab=agent`,
    act: async (page) => {
      await expect(page.getByText("Key fingerprint")).toBeVisible();
    },
  },
  {
    name: "hosts",
    title: "Settings: hosts",
    hub: "fleet",
    path: () => "/settings/hosts",
    act: async (page) => {
      await expect(page.getByRole("link", { name: /data-1/ })).toBeVisible();
    },
  },
  {
    name: "profile",
    title: "Settings: profile and sessions",
    hub: "fleet",
    path: () => "/settings/profile",
    act: async (page) => {
      await expect(page.getByText("This session", { exact: true })).toBeVisible();
    },
  },
  {
    name: "container",
    title: "Container: live log, metrics, details",
    hub: "fleet",
    hasCharts: true,
    path: (fleet) => containerPath(fleet, "shop-api-1"),
    act: async (page) => {
      await hasLines(page);
      if (!(await page.getByRole("tab", { name: "Metrics" }).isVisible())) {
        await expect(page.getByText(/\d MiB/).first()).toBeVisible();
      }
    },
  },
  {
    name: "container-metrics",
    title: "Container: metrics, a tab of their own where there is less room",
    hub: "fleet",
    hasCharts: true,
    path: (fleet) => `${containerPath(fleet, "shop-api-1")}?tab=metrics`,
    act: async (page) => {
      await openTab(page, "Metrics");
      await expect(page.locator("canvas").first()).toBeVisible();
      await expect(page.getByText(/\d MiB/).first()).toBeVisible();
    },
  },
  {
    name: "container-search",
    title: "Container: a search in the log",
    hub: "fleet",
    hasCharts: true,
    path: (fleet) => containerPath(fleet, "www-nginx-1"),
    act: async (page) => {
      await hasLines(page);
      await page.getByLabel("Search in this log").fill("GET /");
      await expect(page.getByLabel("Search in this log")).toHaveValue("GET /");
    },
  },
  {
    name: "container-dialog",
    title: "Container: stopping a protected one",
    hub: "fleet",
    hasCharts: true,
    path: (fleet) => containerPath(fleet, "proxy"),
    act: async (page) => {
      await hasLines(page);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByLabel("Reason").fill("certificate replaced");
    },
  },
  {
    name: "container-restarted",
    title: "Container: the course of an action",
    hub: "fleet",
    hasCharts: true,
    path: (fleet) => containerPath(fleet, "shop-worker-1"),
    act: async (page) => {
      await hasLines(page);
      await page.getByRole("button", { name: "Restart", exact: true }).click();
      await page.getByLabel("Reason").fill("holds on to memory");
      await page.getByRole("button", { name: "Restart shop-worker-1" }).click();
      await expect(page.getByText("Done", { exact: true }).first()).toBeVisible();
      await openTab(page, "Actions");
    },
  },
  {
    name: "logs",
    title: "Logs: a compose project in one stream, in the order of time",
    hub: "fleet",
    path: () => "/logs?compose=shop",
    act: async (page) => {
      await hasLines(page);
    },
  },
  {
    name: "logs-line",
    title: "Logs: one line, what stands around it, what its container used",
    hub: "fleet",
    path: () => "/logs?compose=shop",
    act: async (page) => {
      await hasLines(page);
      await page.getByRole("log").locator("[data-seq]").nth(5).click();
      await expect(page.getByRole("region", { name: "Lines around the line" }).locator("[aria-current]")).toBeVisible();
      await expect(page.getByText(/(before|after) the line$/)).toBeVisible();
    },
  },
  {
    name: "logs-stored",
    title: "Logs: stored lines of all hosts, searched and over time",
    hub: "fleet",
    path: () => "/logs?tab=stored&find=GET&since=15m",
    act: async (page) => {
      await expect(page.getByRole("region", { name: "Hits" }).getByRole("listitem").nth(5)).toBeVisible();
      const overTime = page.getByRole("button", { name: "Lines over time", exact: true });
      if (await overTime.isVisible()) await overTime.click();
      await expect(
        page.getByRole("status").filter({ hasText: /^[\d,]+ lines, [\d:]+ to [\d:]+($| · the)/ }),
      ).toBeVisible();
      await expect(page.getByRole("status").filter({ hasText: /hits/ })).toBeVisible();
    },
  },
  {
    name: "palette",
    title: "Palette: what can be done here, and everything by its name",
    hub: "fleet",
    path: (fleet) => containerPath(fleet, "shop-api-1"),
    act: async (page) => {
      await hasLines(page);
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("option", { name: "Restart shop-api-1" })).toBeVisible();
    },
  },
];
