import { expect } from "@playwright/test";
import type { Scene } from "./scenes.ts";

/** The audit: a chain that holds, one that does not, nothing that matches, and somebody who may not see it. */
export const AUDIT_SCENES: readonly Scene[] = [
  {
    name: "audit",
    path: () => "/audit",
    act: async (page) => {
      await expect(page.getByText("Unbroken: all 30 rows, 1 host witnessed it up to row 28.")).toBeVisible();
      await page.getByText("asked to restart").first().click();
      await expect(page.getByRole("button", { name: "Only about this" }).first()).toBeVisible();
    },
  },
  {
    name: "audit-broken",
    path: () => "/audit?group=denied",
    act: async (page, hub) => {
      hub.fleet.isAuditBroken = true;
      await page.getByRole("button", { name: "Verify all" }).click();
      await expect(
        page.getByText("The audit was tampered with at row 17: its text is not what was written."),
      ).toBeVisible();
    },
  },
  {
    name: "audit-nothing",
    path: () => "/audit?group=people",
    act: async (page) => {
      await expect(page.getByText("No row matches.")).toBeVisible();
    },
  },
  {
    name: "audit-forbidden",
    path: () => "/audit",
    role: "viewer",
    act: async (page) => {
      await expect(page.getByText("The audit is for admins.")).toBeVisible();
    },
  },
];
