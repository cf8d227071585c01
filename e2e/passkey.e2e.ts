import { expect, test } from "@playwright/test";
import { OWNER, startHubProcess } from "@yardarm/testkit/hub-process";

test("[IDTY-02] a passkey is made in the profile and signs in alone", async ({ page, context }) => {
  await using hub = await startHubProcess({ command: "hub" });
  // A passkey belongs to a name: without a public URL that is localhost.
  const origin = `http://localhost:${hub.port}`;
  const browser = await context.newCDPSession(page);
  await browser.send("WebAuthn.enable");
  await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await page.goto(`${origin}/settings/profile`);
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();

  const section = page.getByRole("region", { name: "Signing in" });
  await section.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name").fill("Test key");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Your password").fill(OWNER.password);
  await page.getByRole("button", { name: "Make passkey" }).click();
  await expect(section.getByText("Test key")).toBeVisible({ timeout: 20_000 });
  await expect(section.getByText("never used")).toBeVisible();

  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(`${origin}/fleet`);
});
