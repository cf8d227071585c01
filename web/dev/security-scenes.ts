import { expect, type Page } from "@playwright/test";
import { CODE, CODES_EMAIL } from "./mock-factors.ts";
import { OWNER } from "./mock-routes.ts";
import type { Scene } from "./scenes.ts";

const signIn = async (page: Page, email: string): Promise<void> => {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};

const section = (page: Page) => page.getByRole("region", { name: "Signing in" });

const beginTotp = async (page: Page): Promise<void> => {
  await section(page).getByRole("button", { name: "Turn on one-time codes" }).click();
  await page.getByLabel("Your password").fill(OWNER.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
};

/** Signing in by more than a password, and one's own settings for it. */
export const SECURITY_SCENES: readonly Scene[] = [
  {
    name: "security-sign-in",
    path: () => "/sign-in?oidc=unknown",
    isSignedOut: true,
    act: async (page) => {
      await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
      await expect(page.getByRole("alert")).toContainText("Nobody here is linked to this identity.");
    },
  },
  {
    name: "security-second-step",
    path: () => "/sign-in",
    isSignedOut: true,
    expectsFailures: true,
    act: async (page) => {
      await signIn(page, CODES_EMAIL);
      await expect(page.getByLabel("Code")).toBeFocused();
      await page.getByLabel("Code").fill("000000");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByText("This code is wrong, too old or was used before.")).toBeVisible();
    },
  },
  {
    name: "security-section",
    path: () => "/settings/profile",
    act: async (page) => {
      await section(page).scrollIntoViewIfNeeded();
      await expect(section(page).getByText("olga@example.com")).toBeVisible();
    },
  },
  {
    name: "security-totp",
    path: () => "/settings/profile",
    act: beginTotp,
  },
  {
    name: "security-recovery-codes",
    path: () => "/settings/profile",
    act: async (page) => {
      await beginTotp(page);
      await page.getByLabel("Code that the authenticator shows").fill(CODE);
      await page.getByRole("button", { name: "Turn on", exact: true }).click();
      await expect(page.getByRole("region", { name: "Recovery codes" })).toBeVisible();
    },
  },
  {
    name: "security-passkey-refused",
    path: () => "/settings/profile",
    expectsFailures: true,
    act: async (page) => {
      await section(page).getByRole("button", { name: "Add a passkey" }).click();
      await page.getByLabel("Name").fill("Phone");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByLabel("Your password").fill("not the right one");
      await page.getByRole("button", { name: "Make passkey" }).click();
      await expect(page.getByText("This is not your password.")).toBeVisible();
    },
  },
];
