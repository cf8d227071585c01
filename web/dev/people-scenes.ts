import { expect, type Page } from "@playwright/test";
import type { Scene } from "./scenes.ts";

/** Settings of the organization and its people, and the doors through which people come in. */

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

const PAGES: readonly Scene[] = [
  {
    name: "people-own-name",
    path: () => "/settings/profile",
    act: async (page) => {
      await page.getByRole("button", { name: "Change your name" }).click();
      await page.getByRole("textbox", { name: "Your name" }).fill("Olga Odder");
    },
  },
  {
    name: "settings-organization",
    path: () => "/settings/organization",
    act: async (page) => {
      await expect(page.getByText("Side Business")).toBeVisible();
    },
  },
  {
    name: "settings-members",
    path: () => "/settings/members",
    act: async (page) => {
      await expect(page.getByText("Opal Operator")).toBeVisible();
      await expect(page.getByRole("row", { name: /Read logs/ })).toBeVisible();
    },
  },
  {
    name: "settings-members-last-owner",
    path: () => "/settings/members",
    act: async (page) => {
      await page.getByRole("button", { name: "More for Olga Owner" }).click();
      await expect(page.getByRole("menuitem", { name: /Leave the organization/ })).toContainText(
        "You are the only owner",
      );
    },
  },
  {
    name: "settings-members-viewer",
    path: () => "/settings/members",
    role: "viewer",
    act: async (page) => {
      await page.getByRole("button", { name: "Change Adam Admin" }).focus();
      await expect(page.getByRole("button", { name: "Change Adam Admin" })).toHaveAccessibleDescription(
        "Your role (viewer) does not allow this. Ask an owner or admin.",
      );
    },
  },
  {
    name: "settings-member-change",
    path: () => "/settings/members",
    role: "admin",
    act: async (page) => {
      await page.getByRole("button", { name: "Change Opal Operator" }).click();
      await expect(page.getByRole("checkbox", { name: /Edge/ })).toBeChecked();
      await expect(page.getByText("nobody gives a role above their own")).toBeVisible();
    },
  },
  {
    name: "settings-member-may",
    path: () => "/settings/members",
    act: async (page) => {
      await page.getByRole("button", { name: "More for Opal Operator" }).click();
      await page.getByRole("menuitem", { name: "What may they do?" }).click();
      await expect(page.getByText("inside their projects").first()).toBeVisible();
    },
  },
  {
    name: "settings-invitations",
    path: () => "/settings/invitations",
    act: async (page) => {
      await expect(page.getByText("nina@example.com")).toBeVisible();
      await page.getByRole("button", { name: "Invite somebody" }).click();
      await page.getByLabel("E-mail").fill("vera.new@example.com");
      await page.getByRole("button", { name: "Make the link" }).click();
      await expect(page.getByText("This is shown only now.")).toBeVisible();
    },
  },
  {
    name: "settings-invite",
    path: () => "/settings/invitations",
    act: async (page) => {
      await page.getByRole("button", { name: "Invite somebody" }).click();
      await page.getByText("Only the hosts of these projects").click();
      await expect(page.getByRole("checkbox", { name: /Edge/ })).toBeVisible();
    },
  },
  {
    name: "settings-invitations-viewer",
    path: () => "/settings/invitations",
    role: "viewer",
    act: async (page) => {
      await expect(page.getByText("Invitations are for admins.")).toBeVisible();
    },
  },
  {
    name: "settings-projects",
    path: () => "/settings/projects",
    act: async (page) => {
      await expect(page.getByRole("heading", { name: "Edge" })).toBeVisible();
      await expect(page.getByRole("button", { name: "Move nyc-1" })).toBeVisible();
    },
  },
  {
    name: "settings-hosts",
    path: () => "/settings/hosts",
    act: async (page) => {
      await expect(page.getByText("read-only by the host's owner")).toBeVisible();
      await page.getByRole("button", { name: "Actions for fra-1" }).click();
      await expect(page.getByRole("menuitem", { name: "New join command…" })).toBeVisible();
    },
  },
  {
    name: "settings-tokens",
    path: () => "/settings/tokens",
    act: async (page) => {
      await expect(page.getByText("nightly restart")).toBeVisible();
    },
  },
  {
    name: "settings-token-new",
    path: () => "/settings/tokens",
    role: "operator",
    act: async (page) => {
      await page.getByRole("button", { name: "New token" }).click();
      await page.getByLabel("Name", { exact: true }).fill("metrics export");
      await page.getByLabel("Read metrics").check();
      await expect(page.getByText(/Your role \(operator\) does not allow this/).first()).toBeVisible();
    },
  },
  {
    name: "settings-token-made",
    path: () => "/settings/tokens",
    act: async (page) => {
      await page.getByRole("button", { name: "New token" }).click();
      await page.getByLabel("Name", { exact: true }).fill("metrics export");
      await page.getByLabel("Read metrics").check();
      await page.getByRole("button", { name: "Make the token" }).click();
      await expect(page.getByText("This is shown only now.")).toBeVisible();
    },
  },
  {
    name: "settings-retention",
    path: () => "/settings/retention",
    act: async (page) => {
      await expect(page.getByText("Lines go after 14 days.")).toBeVisible();
      await page.getByLabel("Of one container").fill("12");
      await expect(page.getByText("Enter a size with its unit")).toBeVisible();
    },
  },
  {
    name: "settings-retention-viewer",
    path: () => "/settings/retention",
    role: "viewer",
    act: async (page) => {
      await expect(page.getByRole("button", { name: "Save" })).toHaveAccessibleDescription(/Your role \(viewer\)/);
    },
  },
  {
    name: "org-switcher",
    path: () => "/fleet",
    isWideOnly: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Organization: Example Ltd" }).click();
      await expect(page.getByRole("menuitemradio", { name: "Side Business" })).toBeVisible();
    },
  },
  {
    name: "host-policy",
    path: () => "/fleet/hst_00000000000000000002?tab=policy",
    act: async (page) => {
      await expect(page.getByText("lets Yardarm look, but change nothing")).toBeVisible();
    },
  },
  {
    name: "host-logs",
    path: () => "/fleet/hst_00000000000000000002?tab=logs",
    act: async (page) => {
      await expect(page.getByText("read over the engine's API, behind by 12 s")).toBeVisible();
    },
  },
];

const doorScene = (
  name: string,
  path: string,
  ready: (page: Page) => Promise<void>,
  fields: Partial<Scene> = {},
): Scene => ({ name, path: () => path, isSignedOut: true, expectsFailures: true, act: ready, ...fields });

const DOORS: readonly Scene[] = [
  doorScene("invitation-new", "/join#invitation=fresh", async (page) => {
    await expect(page.getByLabel("Choose a password")).toBeVisible();
    expect(page.url()).not.toContain("fresh");
  }),
  doorScene("invitation-known", "/join#invitation=known", async (page) => {
    await expect(page.getByText("This address has an account.")).toBeVisible();
  }),
  doorScene("invitation-expired", "/join#invitation=late", async (page) => {
    await expect(page.getByText("This invitation has expired.")).toBeVisible();
  }),
  doorScene("invitation-used", "/join#invitation=gone", async (page) => {
    await expect(page.getByText(/was used, withdrawn/)).toBeVisible();
  }),
  doorScene(
    "invitation-accept",
    "/join#invitation=own",
    async (page) => {
      await expect(page.getByRole("button", { name: "Accept as Olga Owner" })).toBeVisible();
    },
    { isSignedOut: false },
  ),
  doorScene(
    "invitation-other",
    "/join#invitation=fresh",
    async (page) => {
      await expect(page.getByText("You are signed in as owner@example.com")).toBeVisible();
    },
    { isSignedOut: false },
  ),
  doorScene("invitation-none", "/join", async (page) => {
    await expect(page.getByLabel("Invitation link")).toBeVisible();
  }),
  doorScene("reset-password", "/reset-password#token=spent", async (page) => {
    await page.getByLabel("New password", { exact: true }).fill("a password that is new");
    await page.getByLabel("New password again").fill("a password that is new");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText("This link is unknown or was used already.")).toBeVisible();
  }),
  doorScene("people-forgotten-password", "/sign-in", async (page) => {
    await page.getByLabel("E-mail").fill("olga@example.com");
    await page.getByText("Forgotten the password?").click();
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect(page.getByText("If there is an account with this address")).toBeVisible();
  }),
  doorScene("sign-up-closed", "/sign-up", async (page) => {
    await expect(heading(page, "Sign up")).toBeVisible();
    await expect(page.getByText("People come in here by invitation.")).toBeVisible();
  }),
];

export const PEOPLE_SCENES: readonly Scene[] = [...PAGES, ...DOORS];
