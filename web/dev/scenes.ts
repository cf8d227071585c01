import { expect, type Page } from "@playwright/test";
import type { Role } from "@yardarm/protocol/api/auth";
import { ACTION_SCENES } from "./action-scenes.ts";
import { AUDIT_SCENES } from "./audit-scenes.ts";
import { COLUMN_SCENES } from "./column-scenes.ts";
import { EXPLORER_SCENES } from "./explorer-scenes.ts";
import { JOINING_SCENES } from "./joining-scenes.ts";
import { LOG_SCENES } from "./log-scenes.ts";
import type { MockHub } from "./mock-hub.ts";
import { OWNER } from "./mock-routes.ts";
import { PEOPLE_SCENES } from "./people-scenes.ts";
import { SECURITY_SCENES } from "./security-scenes.ts";

/** The pages in their looks: loading, empty, partial, error, stale. */

export type Scene = {
  readonly name: string;
  readonly path: (hub: MockHub) => string;
  /** Brings the page into the look; returns when it can be taken. */
  readonly act: (page: Page, hub: MockHub) => Promise<void>;
  readonly isSignedOut?: boolean;
  readonly isClaimed?: boolean;
  readonly role?: Role;
  readonly extraContainers?: number | null;
  /** Refused requests are the point of it. */
  readonly expectsFailures?: boolean;
  /** Uses what a phone has in another place. */
  readonly isWideOnly?: boolean;
  /** Rows change places by themselves, because they are sorted by a value that changes. */
  readonly isReordering?: boolean;
};

const pathOf = (hub: MockHub, name: string): string => {
  const container = [...hub.fleet.containers.values()].find((candidate) => candidate.name === name);
  if (container === undefined) throw new Error(`No container ${name}.`);
  return `/fleet/${container.hostId}/${container.containerId}`;
};

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name });
const openMetrics = async (page: Page): Promise<void> => {
  const tab = page.getByRole("tab", { name: "Metrics" });
  if (await tab.isVisible()) await tab.click();
};

export const SCENES: readonly Scene[] = [
  {
    name: "setup",
    path: (hub) => `/setup#token=${hub.setupToken}`,
    isSignedOut: true,
    isClaimed: false,
    act: async (page) => {
      await expect(heading(page, "Set up Yardarm")).toBeVisible();
      await page.getByLabel("Your name").fill("Olga Owner");
      expect(page.url()).not.toContain("token");
    },
  },
  {
    name: "setup-claimed-by-hand",
    path: () => "/setup",
    isSignedOut: true,
    isClaimed: false,
    extraContainers: null,
    act: async (page, hub) => {
      await page.getByLabel("Setup link or token").fill(`${hub.url}/setup#token=${hub.setupToken}`);
      await page.getByLabel("Your name").fill("Olga Owner");
      await page.getByLabel("E-mail").fill(OWNER.email);
      await page.getByLabel("Password").fill(OWNER.password);
      await page.getByLabel("Organization").fill("Example Ltd");
      await page.getByRole("button", { name: "Create owner" }).click();
      await expect(heading(page, "Add your first host")).toBeVisible();
    },
  },
  {
    name: "sign-in-refused",
    path: () => "/fleet",
    isSignedOut: true,
    expectsFailures: true,
    act: async (page) => {
      await page.getByLabel("E-mail").fill("somebody@example.com");
      await page.getByLabel("Password").fill("not the right one");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("alert")).toHaveText("E-mail and password do not match.");
    },
  },
  {
    name: "fleet",
    path: () => "/fleet",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
      await expect(page.getByText("Live", { exact: true })).toBeVisible();
      await expect(page.getByText(/MiB/).first()).toBeVisible();
    },
  },
  {
    name: "fleet-large",
    path: () => "/fleet?group=none&sort=cpu&desc=true",
    isReordering: true,
    extraContainers: 6_000,
    act: async (page) => {
      await expect(page.getByText(/6,013/)).toBeVisible();
      await expect(page.getByText(/MiB/).first()).toBeVisible();
    },
  },
  {
    name: "fleet-compose",
    path: () => "/fleet?group=compose",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
    },
  },
  {
    name: "fleet-no-match",
    path: () => "/fleet?q=nothing-like-this&state=running",
    act: async (page) => {
      await expect(page.getByText("No container matches.")).toBeVisible();
    },
  },
  {
    name: "fleet-empty",
    path: () => "/fleet",
    extraContainers: null,
    act: async (page) => {
      await page.getByLabel("Name of the host").fill("fra-9");
      await page.getByRole("button", { name: "Get the command" }).click();
      await expect(page.getByText("Waiting for the token to be used")).toBeVisible();
    },
  },
  {
    name: "fleet-disconnected",
    path: () => "/fleet",
    expectsFailures: true,
    act: async (page, hub) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
      await page.context().setOffline(true);
      hub.cutSockets();
      await expect(page.getByText(/Disconnected: data from/)).toBeVisible();
    },
  },
  {
    name: "host",
    path: () => "/fleet/hst_00000000000000000001",
    act: async (page) => {
      await expect(page.getByRole("link", { name: "shop-web-1" })).toBeVisible();
    },
  },
  {
    name: "host-agent",
    path: () => "/fleet/hst_00000000000000000003?tab=agent",
    act: async (page) => {
      await expect(page.getByText("Key fingerprint")).toBeVisible();
    },
  },
  {
    name: "host-unknown",
    path: () => "/fleet/hst_99999999999999999999",
    act: async (page) => {
      await expect(page.getByText("This host is not known.")).toBeVisible();
    },
  },
  {
    name: "container",
    path: (hub) => pathOf(hub, "shop-web-1"),
    act: async (page) => {
      await expect(heading(page, "shop-web-1")).toBeVisible();
      await openMetrics(page);
      await expect(page.locator("canvas").first()).toBeVisible();
      await expect(page.getByText(/MiB/).first()).toBeVisible();
    },
  },
  {
    name: "container-dialog",
    path: (hub) => pathOf(hub, "shop-db-1"),
    act: async (page) => {
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await expect(page.getByRole("dialog")).toContainText("up to 45 s");
      await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
    },
  },
  {
    name: "container-restarted",
    path: (hub) => pathOf(hub, "shop-worker-1"),
    act: async (page) => {
      await page.getByRole("button", { name: "Restart", exact: true }).click();
      await page.getByLabel("Reason").fill("leaks memory");
      await page.getByRole("button", { name: "Restart shop-worker-1" }).click();
      await expect(page.getByRole("dialog")).toBeHidden();
      await expect(page.getByText("Done").first()).toBeVisible();
      const tab = page.getByRole("tab", { name: "Actions" });
      if (await tab.isVisible()) await tab.click();
    },
  },
  {
    name: "container-viewer",
    path: (hub) => pathOf(hub, "shop-web-1"),
    role: "viewer",
    act: async (page) => {
      await page.getByRole("button", { name: "Stop", exact: true }).focus();
      const reason = page.getByText("Your role (viewer) may look, but not act.");
      await expect(reason.filter({ visible: true })).toHaveCount(1);
      await expect(page.getByRole("button", { name: "Stop", exact: true })).toHaveAccessibleDescription(/may look/);
    },
  },
  {
    name: "container-offline",
    path: (hub) => pathOf(hub, "edge-proxy"),
    act: async (page) => {
      await page.getByRole("button", { name: "More actions" }).click();
      await expect(page.getByRole("menuitem").first()).toBeVisible();
    },
  },
  {
    name: "container-chart-table",
    path: (hub) => pathOf(hub, "shop-db-1"),
    act: async (page) => {
      await expect(heading(page, "shop-db-1")).toBeVisible();
      await openMetrics(page);
      await page.getByRole("button", { name: "CPU: view as table" }).click();
      await expect(page.getByRole("region", { name: "CPU, table" })).toBeVisible();
    },
  },
  {
    name: "container-unknown",
    path: () => "/fleet/hst_00000000000000000001/ctr_99999999999999999999",
    act: async (page) => {
      await expect(page.getByText("This container is not known.")).toBeVisible();
    },
  },
  {
    name: "profile",
    path: () => "/settings/profile",
    act: async (page) => {
      await expect(page.getByText("This session", { exact: true })).toBeVisible();
    },
  },
  {
    name: "hosts",
    path: () => "/settings/hosts",
    act: async (page) => {
      await page.getByRole("button", { name: "Add host" }).click();
      await page.getByLabel("Name of the host").fill("fra-9");
      await page.getByRole("button", { name: "Get the command" }).click();
      await expect(page.getByText("Waiting for the token to be used")).toBeVisible();
    },
  },
  {
    name: "not-found",
    path: () => "/nowhere",
    act: async (page) => {
      await expect(page.getByText("There is no such page.")).toBeVisible();
    },
  },
  ...ACTION_SCENES,
  ...AUDIT_SCENES,
  ...LOG_SCENES,
  ...COLUMN_SCENES,
  ...EXPLORER_SCENES,
  ...JOINING_SCENES,
  ...PEOPLE_SCENES,
  ...SECURITY_SCENES,
];
