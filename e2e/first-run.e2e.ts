import { expect, type Page, test } from "@playwright/test";
import { OWNER, startHubProcess } from "@yardarm/testkit/hub-process";

const SETUP_LINK = /http:\/\/127\.0\.0\.1:\d+\/setup#token=\S+/;

const fillSetup = async (page: Page): Promise<void> => {
  await page.getByLabel("Your name").fill("Olga Owner");
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByLabel("Organization").fill("Example Ltd");
  await page.getByRole("button", { name: "Create owner and organization" }).click();
};

const signIn = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

test("[IDTY-01] the printed setup link claims the hub, whose local agent then joins; sign-out and sign-in", async ({
  page,
}) => {
  await using hub = await startHubProcess({ command: "up", isUnclaimed: true });
  const [link] = await hub.program().says(SETUP_LINK);

  await page.goto(link);
  expect(page.url()).not.toContain("token");
  await fillSetup(page);
  await expect(page).toHaveURL(`${hub.url}/fleet`);
  await expect(page.getByText("Hosts online")).toBeVisible();
  await expect(page.getByText("1 / 1", { exact: true }).first()).toBeVisible();

  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  // Signed out, an address of the fleet leads to sign-in and from there back to it.
  await page.goto(`${hub.url}/settings/hosts`);
  await signIn(page, "not the right password");
  await expect(page.getByRole("alert")).toHaveText("E-mail and password do not match.");
  await signIn(page, OWNER.password);
  await expect(page).toHaveURL(`${hub.url}/settings/hosts`);
  await expect(page.getByRole("heading", { level: 1, name: "Hosts" })).toBeVisible();

  // The link has done its work.
  await page.goto(link);
  await expect(page.getByText("This hub has an owner already.")).toBeVisible();
});

test("[IDTY-01] without the token nobody can claim a fresh hub", async ({ page }) => {
  await using hub = await startHubProcess({ command: "hub", isUnclaimed: true });
  await page.goto(hub.url);
  await page.getByLabel("Setup link or token").fill("ystp_a-token-that-nobody-printed");
  await fillSetup(page);
  await expect(page.getByRole("alert")).toContainText("The token is not valid.");
  await expect(page).toHaveURL(`${hub.url}/setup`);
});
