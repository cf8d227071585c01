import { expect } from "@playwright/test";
import type { Host } from "@yardarm/protocol/host";
import type { MockHub } from "./mock-hub.ts";
import type { Scene } from "./scenes.ts";

const changeHost = (hub: MockHub, name: string, fields: Partial<Host>): void => {
  const host = [...hub.fleet.hosts.values()].find((candidate) => candidate.name === name);
  if (host !== undefined) hub.fleet.change({ hosts: [{ ...host, ...fields }] });
};
const agoNs = (seconds: number): string => `${BigInt(Date.now() - seconds * 1_000) * 1_000_000n}`;
const approval = () => ({
  keyFingerprint: "5f2c 81d0 9a44 be37 0c6e 7d15 22f9 b83a",
  hostname: "fra-2-new",
  address: "192.0.2.44",
  sinceNs: agoNs(75),
});

/** Agents that wait, copies and clocks. */
export const JOINING_SCENES: readonly Scene[] = [
  {
    name: "people-host-notices",
    path: () => "/fleet/hst_00000000000000000002",
    act: async (page, hub) => {
      changeHost(hub, "fra-2", { approval: approval(), clonedAtNs: agoNs(190), clockSkewMs: 601_000 });
      await expect(page.getByRole("region", { name: "Approval" })).toContainText("5f2c 81d0");
      await expect(page.getByText(/used this host's identity 3 m/)).toBeVisible();
      await expect(page.getByText(/This host's clock is/)).toBeVisible();
    },
  },
  {
    name: "people-hosts-waiting",
    path: () => "/settings/hosts",
    act: async (page, hub) => {
      changeHost(hub, "fra-1", { clonedAtNs: agoNs(40) });
      changeHost(hub, "fra-2", { approval: approval() });
      await expect(page.getByText("Its identity was used in two places")).toBeVisible();
      await expect(page.getByText("An agent waits for approval")).toBeVisible();
    },
  },
  {
    name: "people-add-host-approval",
    path: () => "/settings/hosts",
    act: async (page, hub) => {
      await page.getByRole("button", { name: "Add host" }).click();
      await page.getByLabel("Name of the host").fill("ber-1");
      await page.getByRole("button", { name: "Get the command" }).click();
      await expect(page.getByText("Waiting for the token to be used")).toBeVisible();
      changeHost(hub, "ber-1", { enrolledAtNs: agoNs(1), approval: approval() });
      await expect(page.getByRole("region", { name: "Approval" })).toBeVisible();
      await page.getByRole("button", { name: "Refuse" }).scrollIntoViewIfNeeded();
    },
  },
];
