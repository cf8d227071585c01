import { OWNER, startHubProcess, YARDARM } from "@yardarm/testkit/hub-process";
import { signInTo } from "@yardarm/testkit/hub-session";
import { runProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";

const run = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runProgram({ file: YARDARM, args: ["user", "reset-password", ...args], env });

test("[IDTY-01] a forgotten password is replaced by the operator's one-time link, beside the running hub", async () => {
  await using hub = await startHubProcess({ command: "hub" });
  const env = { YARDARM_DATA: hub.dataDirectory, YARDARM_PORT: String(hub.port) };
  const session = await hub.signIn();

  const first = await run([" Owner@Example.COM "], env);
  expect(first).toMatchObject({ status: 0, err: expect.stringContaining("Give this link to that person.") });
  const second = await run([OWNER.email], env);
  expect(second.out).toMatch(new RegExp(`^${hub.url}/reset-password#token=[\\w-]{43}\\n$`));
  const tokenOf = ({ out }: { readonly out: string }) => out.trim().split("#token=")[1];
  const reset = (resetToken: string | undefined, newPassword: string) =>
    fetch(`${hub.url}/api/auth/reset-password`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resetToken, newPassword }),
    });

  const replaced = "another horse, another battery";
  expect(await (await reset(tokenOf(first), replaced)).json()).toMatchObject({ code: "token_invalid" });
  expect((await reset(tokenOf(second), "short")).status).toBe(400);
  expect((await reset(tokenOf(second), replaced)).status).toBe(204);
  expect(await (await reset(tokenOf(second), replaced)).json()).toMatchObject({ code: "token_invalid" });
  await expect(session.get("/api/me")).rejects.toThrow("401");
  await expect(hub.signIn()).rejects.toThrow("401");
  const again = await signInTo(hub.url, { email: OWNER.email, password: replaced });
  expect(await again.get("/api/me")).toMatchObject({ email: OWNER.email });
  expect(hub.program().stdout()).not.toContain(tokenOf(second));

  const nobody = await run(["nobody@example.com"], env);
  expect(nobody).toMatchObject({ status: 1, out: "", err: expect.stringContaining("no account") });
}, 180_000);

test("[IDTY-01] where no hub ever ran, the command makes nothing and says so", async () => {
  await using directory = await makeTempDir("cli");
  const answer = await run([OWNER.email], { YARDARM_DATA: directory.path });
  expect(answer).toMatchObject({ status: 1, out: "", err: expect.stringContaining("There is no database at") });
  expect((await run([], { YARDARM_DATA: directory.path })).status).toBe(1);
}, 180_000);
