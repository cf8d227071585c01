import { expect, type Page, test } from "@playwright/test";
import { lastingPort } from "@yardarm/testkit/free-port";
import { OWNER, startHubProcess } from "@yardarm/testkit/hub-process";
import { signInTo } from "@yardarm/testkit/hub-session";
import { CLIENT, startIdentityProvider } from "@yardarm/testkit/identity-provider";

const signOut = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
};

test("[IDTY-07] [IDTY-05] with a real provider an invitation is accepted, an identity is linked, and both sign in", async ({
  page,
  browser,
}) => {
  test.slow();
  const port = await lastingPort();
  const url = `http://127.0.0.1:${port}`;
  await using provider = await startIdentityProvider({ redirectUri: `${url}/api/auth/oidc/callback` });
  await using _hub = await startHubProcess({
    command: "hub",
    env: {
      YARDARM_PORT: String(port),
      YARDARM_OIDC_ISSUER: provider.issuer,
      YARDARM_OIDC_CLIENT_ID: CLIENT.id,
      YARDARM_OIDC_CLIENT_SECRET: CLIENT.secret,
      YARDARM_OIDC_NAME: "Example ID",
    },
  });
  const byProvider = page.getByRole("button", { name: "Sign in with Example ID" });

  // Somebody whom nobody linked is told so.
  provider.account = { sub: "olga-at-the-provider", email: OWNER.email, email_verified: true };
  await page.goto(`${url}/sign-in`);
  await byProvider.click();
  await expect(page.getByRole("alert")).toContainText("Nobody here is linked to this identity.");

  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${url}/fleet`);
  await page.goto(`${url}/settings/profile`);
  const section = page.getByRole("region", { name: "Signing in" });
  await section.getByRole("button", { name: "Link Example ID" }).click();
  await page.getByLabel("Your password").fill(OWNER.password);
  await page.getByRole("button", { name: "Continue there" }).click();
  await expect(section.getByText("The identity is linked")).toBeVisible();
  await signOut(page);
  await byProvider.click();
  await expect(page).toHaveURL(`${url}/fleet`);

  // An invitation, in another browser, by somebody without an account.
  const owner = await signInTo(url, OWNER);
  const invited = { email: "nina@example.com", role: "viewer" };
  const { link } = await owner.post<{ readonly link: string }>("/api/invitations", invited);
  const elsewhere = await browser.newContext();
  const guest = await elsewhere.newPage();
  provider.account = { sub: "nina", email: "somebody-else@example.com", email_verified: true, name: "Nina" };
  await guest.goto(link);
  await guest.getByRole("button", { name: "Accept with Example ID" }).click();
  await expect(guest.getByRole("alert")).toContainText("for another e-mail address");
  provider.account = { sub: "nina", email: invited.email, email_verified: true, name: "Nina" };
  await guest.goto(link);
  await guest.getByRole("button", { name: "Accept with Example ID" }).click();
  await expect(guest).toHaveURL(`${url}/fleet`);
  await guest.goto(`${url}/settings/profile`);
  await expect(guest.getByText(invited.email).first()).toBeVisible();
  await signOut(guest);
  await guest.getByRole("button", { name: "Sign in with Example ID" }).click();
  await expect(guest).toHaveURL(`${url}/fleet`);
  await elsewhere.close();
});
