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
