import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "@playwright/test";
import { signal } from "@yardarm/testkit/process-tree";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { freshName, test } from "./fixtures.ts";

interface Shell extends AsyncDisposable {
  readonly output: () => string;
}

/** Pastes commands into a shell of somebody whose home is empty. Ends with everything that they started. */
const paste = (commands: string, home: string): Shell => {
  const shell = spawn("/bin/sh", [], {
    cwd: home,
    detached: true,
    env: { HOME: home, PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  shell.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  shell.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  shell.stdin.end(`${commands}\n`);
  const ended = once(shell, "close");
  return {
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (shell.pid !== undefined) signal(-shell.pid, "SIGKILL");
      await ended;
    },
  };
};

test("[HOST-01] a second host joins by the command that the page shows, and the page watches it arrive", async ({
  page,
  fleet,
  run,
}) => {
  const container = await run({ name: freshName("neighbour"), script: "echo 'seen from two hosts'; sleep 1000" });
  await using home = await makeTempDir("home");
  await page.goto(`${fleet.hub.url}/settings/hosts`);
  await page.getByRole("button", { name: "Add host" }).click();
  const dialog = page.getByRole("dialog");
  const hostName = freshName("fra");
  await dialog.getByLabel("Name of the host").fill(hostName);
  await dialog.getByRole("button", { name: "Get the command" }).click();
  await expect(dialog.getByText("Waiting for the token to be used")).toBeVisible();
  await expect(dialog.getByText(/valid for (14|15) m/)).toBeVisible();

  const command = await dialog.getByRole("region", { name: `Command for ${hostName}` }).textContent();
  await using shell = paste(command ?? "", home.path);
  for (const tick of ["Token used", "Key pinned", /Docker \S+ found/, /\d+ containers?/]) {
    await expect(
      dialog.getByRole("listitem").filter({ hasText: tick }).filter({ hasText: "Done:" }),
      shell.output(),
    ).toBeVisible();
  }

  await dialog.getByRole("link", { name: "Show its containers" }).click();
  await expect(page.getByRole("heading", { level: 1, name: hostName })).toBeVisible();
  await page.getByRole("link", { name: container.name }).click();
  await expect(page.getByRole("log")).toContainText("seen from two hosts");
});

test("[HOST-02] [HOST-06] where agents wait for approval, a person compares the key, lets it in and replaces it later", async ({
  page,
  fleet,
  run,
}) => {
  await run({ name: freshName("neighbour"), script: "sleep 1000" });
  await using home = await makeTempDir("home");
  const waits = page.getByLabel("They wait until somebody has compared their key");
  await page.goto(`${fleet.hub.url}/settings/organization`);
  await waits.check();
  await expect(waits).toBeChecked();
  try {
    await page.goto(`${fleet.hub.url}/settings/hosts`);
    await page.getByRole("button", { name: "Add host" }).click();
    const dialog = page.getByRole("dialog");
    const hostName = freshName("ber");
    await dialog.getByLabel("Name of the host").fill(hostName);
    await dialog.getByRole("button", { name: "Get the command" }).click();
    const command = await dialog.getByRole("region", { name: `Command for ${hostName}` }).textContent();
    await using shell = paste(command ?? "", home.path);
    const approval = dialog.getByRole("region", { name: "Approval" });
    await expect(approval, shell.output()).toBeVisible();
    const shown = await approval.getByRole("code").textContent();
    await expect.poll(() => shell.output()).toContain(`"fingerprint":"${shown}"`);
    await expect(dialog.getByRole("listitem").filter({ hasText: "Engine to be found" })).toBeVisible();

    await approval.getByRole("button", { name: "They are the same: approve" }).click();
    // The agent asks again every few seconds.
    await expect(dialog.getByRole("listitem").filter({ hasText: /\d+ containers?/ })).toBeVisible({ timeout: 20_000 });
    await dialog.getByRole("link", { name: "Show its containers" }).click();
    await page.getByRole("button", { name: `Actions for ${hostName}` }).click();
    await page.getByRole("menuitem", { name: "Replace its key…" }).click();
    await page.getByRole("button", { name: "Replace the key" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
    await page.getByRole("tab", { name: "Agent" }).click();
    const facts = page.getByRole("region", { name: "Agent" });
    await expect(facts).toContainText("Key fingerprint");
    await expect(facts).not.toContainText(shown ?? "");
    await expect(facts).toContainText("now");
  } finally {
    await page.goto(`${fleet.hub.url}/settings/organization`);
    await waits.uncheck();
    await expect(waits).not.toBeChecked();
  }
});
