import { expect, type Page } from "@playwright/test";
import { enter, freshName, test } from "./fixtures.ts";

const PASSWORD = "a password of one's own";

/** Makes an invitation as the page's person and returns its link. */
const invite = async (page: Page, url: string, email: string): Promise<string> => {
  await page.goto(`${url}/settings/invitations`);
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = await page.getByRole("region", { name: "Invitation link" }).textContent();
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: email })).toContainText("expires in");
  return link ?? "";
};

const giveRole = async (page: Page, name: string, role: string): Promise<void> => {
  await page.getByRole("button", { name: `Change ${name}` }).click();
  await page.getByRole("radio", { name: role, exact: true }).check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
};

test("[IDTY-05] [IDTY-06] [IDTY-09] an invited viewer sees the fleet and may not act; role changes and removal are felt at once", async ({
  page,
  browser,
  fleet,
  run,
}) => {
  test.slow();
  const { url } = fleet.hub;
  const container = await run({ name: freshName("shared"), script: "echo 'INFO up'; sleep 1000" });
  const link = await invite(page, url, "vera@example.com");

  const elsewhere = await browser.newContext();
  const guest = await elsewhere.newPage();
  await guest.goto(link);
  await expect(guest.getByText("vera@example.com")).toBeVisible();
  expect(guest.url()).toBe(`${url}/join`);
  await guest.getByLabel("Your name").fill("Vera Viewer");
  await guest.getByLabel("Choose a password").fill(PASSWORD);
  await guest.getByRole("button", { name: "Create account and accept" }).click();
  await expect(guest).toHaveURL(`${url}/fleet`);
  await guest.getByRole("link", { name: container.name }).click();
  const stop = guest.getByRole("button", { name: "Stop", exact: true });
  await expect(stop).toHaveAttribute("aria-disabled", "true");
  await expect(stop).toHaveAccessibleDescription(/role \(viewer\)/);

  await page.goto(`${url}/settings/members`);
  await giveRole(page, "Vera Viewer", "Operator");
  await expect(stop).not.toHaveAttribute("aria-disabled", "true");
  await giveRole(page, "Vera Viewer", "Viewer");
  await expect(stop).toHaveAttribute("aria-disabled", "true");

  const settings = await elsewhere.newPage();
  await settings.goto(`${url}/settings/members`);
  await expect(settings.getByRole("button", { name: "Change Vera Viewer" })).toHaveAccessibleDescription(
    "Your role (viewer) does not allow this. Ask an owner or admin.",
  );
  await settings.close();

  await page.getByRole("button", { name: "More for Vera Viewer" }).click();
  await page.getByRole("menuitem", { name: "Remove…" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  // IDTY-09's five seconds are also what an expectation waits.
  await expect(guest.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(guest.getByText(container.name)).toHaveCount(0);

  await guest.goto(link);
  await expect(guest.getByText(/was used, withdrawn/)).toBeVisible();
  await elsewhere.close();
});

test("[IDTY-05] an invitation for another address is not accepted by whoever is signed in; withdrawn, it opens nothing", async ({
  page,
  fleet,
}) => {
  const { url } = fleet.hub;
  const link = await invite(page, url, "nina@example.com");
  await page.goto(link);
  await expect(page.getByText("this invitation is for nina@example.com")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Accept/ })).toHaveCount(0);
  await page.goto(`${url}/settings/invitations`);
  await page.getByRole("button", { name: "Withdraw the invitation of nina@example.com" }).click();
  await expect(page.getByText("Nobody is invited at the moment.")).toBeVisible();
  await page.goto(link);
  await expect(page.getByText(/was used, withdrawn/)).toBeVisible();
});

test("[IDTY-06] the last owner's controls are off and say why", async ({ page, fleet }) => {
  await page.goto(`${fleet.hub.url}/settings/members`);
  const own = page.getByRole("listitem").filter({ hasText: "You" }).first();
  await expect(own.getByRole("button", { name: /^Change/ })).toHaveAccessibleDescription(/You are the only owner/);
  await own.getByRole("button", { name: /^More/ }).click();
  await expect(page.getByRole("menuitem", { name: /Leave the organization/ })).toHaveAttribute("aria-disabled", "true");
});

test("[IDTY-08] a token is shown once, may do what it was given, is listed with its use, and ends when it is revoked", async ({
  page,
  fleet,
}) => {
  const { url } = fleet.hub;
  await page.goto(`${url}/settings/tokens`);
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name", { exact: true }).fill("dashboard");
  await page.getByLabel("See projects, hosts, containers and actions").check();
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = await page.getByRole("region", { name: "API token" }).textContent();
  await page.getByRole("button", { name: "I have copied it" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "dashboard" });
  await expect(row).toContainText("never used");

  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const read = await fetch(`${url}/api/hosts`, { headers });
  expect(read.status).toBe(200);
  expect(JSON.stringify(await read.json())).toContain(fleet.host.hostId);
  const write = await fetch(`${url}/api/hosts`, { method: "POST", headers, body: JSON.stringify({ name: "no" }) });
  expect(write.status).toBe(403);

  await page.reload();
  await expect(row).toContainText("from 127.0.0.1");
  expect(await page.content()).not.toContain(secret);
  await page.getByRole("button", { name: "Revoke dashboard" }).click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByText("No API tokens.")).toBeVisible();
  expect((await fetch(`${url}/api/hosts`, { headers })).status).toBe(401);
});

test("[IDTY-03] in another organization nothing of the first one is on any page; the other tab follows", async ({
  page,
  context,
  fleet,
}) => {
  const { url } = fleet.hub;
  // A switch replaces the session's cookie, and the other tests share the fleet's.
  await enter(context, await fleet.hub.signIn());
  const name = freshName("Side Business");
  await page.goto(`${url}/settings/organization`);
  await page.getByRole("button", { name: "New organization" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const other = await context.newPage();
  await other.goto(`${url}/settings/hosts`);
  await expect(other.getByRole("main").getByRole("link", { name: fleet.host.name })).toBeVisible();

  await page.getByRole("button", { name: /^Organization:/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
  for (const tab of [page, other]) {
    await expect(tab.getByRole("heading", { name: "Add your first host" })).toBeVisible();
    await expect(tab.getByText(fleet.host.name)).toHaveCount(0);
    await expect(tab.getByText("Live", { exact: true })).toBeVisible();
  }
  await other.close();

  // Back, for the tests that follow.
  await page.goto(`${url}/settings/organization`);
  await page.getByRole("button", { name: /^Switch to (?!Side Business)/ }).click();
  await expect(page).toHaveURL(`${url}/fleet`);
  await expect(page.getByText(fleet.host.name).first()).toBeVisible();
});

test("[IDTY-04] a host is moved into a new project, which then cannot be deleted", async ({ page, fleet }) => {
  const project = freshName("Edge");
  await page.goto(`${fleet.hub.url}/settings/projects`);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name", { exact: true }).fill(project);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("button", { name: `Move ${fleet.host.name}` }).click();
  await page.getByRole("radio", { name: project }).check();
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await expect(page.getByRole("button", { name: `Delete ${project}` })).toHaveAccessibleDescription(
    "Move its 1 host to another project first.",
  );
});

test("[LOGS-03] retention is set in plain words, and what is in force is said", async ({ page, fleet }) => {
  await page.goto(`${fleet.hub.url}/settings/retention`);
  await page.getByLabel("Days").fill("9");
  await page.getByLabel("Of one container").fill("48 MiB");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Lines go after 9 days.")).toBeVisible();
  await expect(page.getByText("One container keeps at most 48.0 MiB; its oldest lines go first.")).toBeVisible();
});
