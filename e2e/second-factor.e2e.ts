import { createHmac } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { OWNER, startHubProcess } from "@yardarm/testkit/hub-process";

const STEP_MS = 30_000;
const BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** What an authenticator shows for this secret at this moment (RFC 6238), written apart from the hub's own library. */
const codeAt = (secret: string, atMs: number): string => {
  const bits = Array.from(secret, (letter) => BASE_32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / STEP_MS)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
};

const signIn = async (page: Page): Promise<void> => {
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};
const finish = async (page: Page, code: string): Promise<void> => {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};
const signOut = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
};

test("[IDTY-07] one-time codes are turned on in the profile, asked for at sign-in, and stood in for by recovery codes", async ({
  page,
}) => {
  test.slow();
  await using hub = await startHubProcess({ command: "hub" });
  await page.goto(`${hub.url}/settings/profile`);
  await signIn(page);
  const section = page.getByRole("region", { name: "Signing in" });
  await section.getByRole("button", { name: "Turn on one-time codes" }).click();
  await page.getByLabel("Your password").fill(OWNER.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
  const shown = await page.getByRole("region", { name: "Secret" }).textContent();
  const secret = (shown ?? "").replaceAll(/[^A-Z2-7]/g, "");
  const nowMs = Date.now();
  // Each step counts once: the one before now, now, and the one after it are three codes that an authenticator with a slow or quick clock shows.
  await page.getByLabel("Code that the authenticator shows").fill(codeAt(secret, nowMs - STEP_MS));
  await page.getByRole("button", { name: "Turn on", exact: true }).click();
  const codes = await page.getByRole("region", { name: "Recovery codes" }).textContent();
  const [recoveryCode = ""] = (codes ?? "").match(/[\w-]{16,}/) ?? [];
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(section.getByText(/On since .* recovery codes left/)).toBeVisible();

  await signOut(page);
  await signIn(page);
  await finish(page, "000000");
  await expect(page.getByText("This code is wrong, too old or was used before.")).toBeVisible();
  await finish(page, codeAt(secret, nowMs));
  await expect(page).toHaveURL(`${hub.url}/fleet`);

  await signOut(page);
  await signIn(page);
  await finish(page, codeAt(secret, nowMs));
  await expect(page.getByText("This code is wrong, too old or was used before.")).toBeVisible();
  await finish(page, recoveryCode);
  await expect(page).toHaveURL(`${hub.url}/fleet`);

  await signOut(page);
  await signIn(page);
  await finish(page, recoveryCode);
  await expect(page.getByText("This code is wrong, too old or was used before.")).toBeVisible();
});
