import { expect, type Page } from "@playwright/test";
import type { MockHub } from "./mock-hub.ts";
import type { Scene } from "./scenes.ts";

/** Acting on one container and on several, and the rules that protect them. */

const pathOf = (hub: MockHub, name: string): string => {
  const container = [...hub.fleet.containers.values()].find((candidate) => candidate.name === name);
  if (container === undefined) throw new Error(`No container ${name}.`);
  return `/fleet/${container.hostId}/${container.containerId}`;
};

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const openActions = async (page: Page): Promise<void> => {
  const tab = page.getByRole("tab", { name: "Actions" });
  if (await tab.isVisible()) await tab.click();
};

const restart = async (page: Page, name: string): Promise<void> => {
  await button(page, "Restart").click();
  await page.getByLabel("Reason").fill("leaks memory");
  await button(page, `Restart ${name}`).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await openActions(page);
};

const choose = async (page: Page, names: readonly string[]): Promise<void> => {
  for (const name of names) await page.getByLabel(`Select ${name}`, { exact: true }).click();
};

const openPlan = async (page: Page, count: number, verb: string): Promise<void> => {
  await button(page, `Act on ${count}`).click();
  await page.getByRole("menuitem", { name: verb, exact: true }).click();
  await expect(page.getByRole("region", { name: "What would happen" })).toBeVisible();
  await expect(button(page, "Cancel")).toBeFocused();
};

const SOME = ["shop-web-1", "shop-worker-1", "shop-mail-1", "shop-db-1", "migrate"];

export const ACTION_SCENES: readonly Scene[] = [
  {
    name: "action-running",
    path: (hub) => pathOf(hub, "shop-worker-1"),
    act: async (page, hub) => {
      hub.fleet.endings.set("shop-worker-1", "running");
      await restart(page, "shop-worker-1");
      await expect(
        page
          .getByText(/may still end by itself/)
          .filter({ visible: true })
          .first(),
      ).toBeVisible();
    },
  },
  {
    name: "action-unknown",
    path: (hub) => pathOf(hub, "shop-worker-1"),
    act: async (page, hub) => {
      hub.fleet.endings.set("shop-worker-1", "unknown");
      await restart(page, "shop-worker-1");
      await expect(
        page
          .getByText(/Nobody knows yet/)
          .filter({ visible: true })
          .first(),
      ).toBeVisible();
    },
  },
  {
    name: "action-history",
    path: (hub) => pathOf(hub, "shop-worker-1"),
    act: async (page, hub) => {
      hub.fleet.endings.set("shop-worker-1", "failed");
      await restart(page, "shop-worker-1");
      await expect(
        page
          .getByText(/permission denied/)
          .filter({ visible: true })
          .first(),
      ).toBeVisible();
      await page.reload();
      await openActions(page);
      await expect(
        page
          .getByText(/permission denied/)
          .filter({ visible: true })
          .first(),
      ).toBeVisible();
    },
  },
  {
    name: "action-protected-operator",
    path: (hub) => pathOf(hub, "shop-db-1"),
    role: "operator",
    act: async (page) => {
      await button(page, "Stop").focus();
      await expect(button(page, "Stop")).toHaveAccessibleDescription(/A label protects.*Only an admin/);
    },
  },
  {
    name: "bulk-selected",
    path: () => "/fleet",
    act: async (page) => {
      await choose(page, SOME.slice(0, 3));
      await expect(page.getByText("3 selected")).toBeVisible();
    },
  },
  {
    name: "bulk-plan",
    path: () => "/fleet?group=none",
    act: async (page) => {
      await choose(page, [...SOME, "edge-proxy"]);
      await openPlan(page, 6, "Stop");
      await expect(page.getByText("Protected: left out (1)")).toBeVisible();
      await page.getByLabel("Reason").fill("moving to new disks");
    },
  },
  {
    name: "bulk-plan-nothing",
    path: () => "/fleet?q=edge",
    act: async (page) => {
      await choose(page, ["edge-proxy", "edge-cache"]);
      await openPlan(page, 2, "Restart");
      await expect(page.getByRole("heading", { name: "Nothing is left to act on" })).toBeVisible();
    },
  },
  {
    name: "bulk-progress",
    path: () => "/fleet?q=shop",
    act: async (page, hub) => {
      hub.fleet.endings.set("shop-worker-1", "running");
      await choose(page, ["shop-mail-1", "shop-web-1", "shop-worker-1"]);
      await openPlan(page, 3, "Restart");
      await page.getByLabel("Reason").fill("deploy 41");
      await button(page, "Restart 3 containers on 1 host").click();
      await expect(page.getByText(/may still end by itself/)).toBeVisible({ timeout: 20_000 });
    },
  },
  {
    name: "bulk-result",
    path: () => "/fleet?q=shop",
    isReordering: true,
    act: async (page, hub) => {
      hub.fleet.endings.set("shop-web-1", "failed");
      await choose(page, ["shop-mail-1", "shop-web-1", "shop-worker-1"]);
      await openPlan(page, 3, "Restart");
      await page.getByLabel("Reason").fill("deploy 41");
      await page.getByLabel("Stop after a failure").click();
      await button(page, "Restart 3 containers on 1 host").click();
      await expect(page.getByText("1 done, 1 failed, 1 not begun")).toBeVisible({ timeout: 20_000 });
      await page.reload();
      await expect(page.getByText("It stopped after a failure, as asked.")).toBeVisible();
    },
  },
  {
    name: "bulk-unknown",
    path: () => "/bulk/blk_99999999999999999999",
    expectsFailures: true,
    act: async (page) => {
      await expect(page.getByText("This does not exist, or you may not see it.")).toBeVisible();
    },
  },
  {
    name: "protection",
    path: () => "/settings/protection",
    act: async (page) => {
      await makeRule(page);
      await expect(page.getByText("Matches 1 container now")).toBeVisible();
    },
  },
  {
    name: "protection-dialog",
    path: () => "/settings/protection",
    act: async (page) => {
      await button(page, "New rule").click();
      await page.getByLabel("Name", { exact: true }).fill("shop-*");
      await expect(page.getByText("Matches 4 containers now.")).toBeVisible();
    },
  },
  {
    name: "protection-none-viewer",
    path: () => "/settings/protection",
    role: "viewer",
    act: async (page) => {
      await expect(page.getByText("No rules yet.")).toBeVisible();
      await expect(button(page, "New rule")).toHaveAccessibleDescription(/Your role \(viewer\)/);
    },
  },
];

const makeRule = async (page: Page): Promise<void> => {
  await button(page, "New rule").click();
  await page.getByLabel("Image").fill("postgres:*");
  await page.getByLabel("Note").fill("ask the database team");
  await button(page, "Create rule").click();
  await expect(page.getByRole("dialog")).toBeHidden();
};
