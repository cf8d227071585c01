import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Host } from "@yardarm/protocol/host";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { startHubProcess, YARDARM } from "@yardarm/testkit/hub-process";
import { runProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";

const AGENT = path.resolve(import.meta.dirname, "../agent/main.ts");
const CONNECTED = /"Connected to the hub\."/;

test("[KEY-3] after a break-in every key is revoked with the recovery key, and agents come back by themselves; without it they are repinned", async () => {
  await using directory = await makeTempDir("keys");
  await using hub = await startHubProcess({ command: "hub" });
  const env = { YARDARM_DATA: hub.dataDirectory, YARDARM_PORT: String(hub.port) };
  const keys = (...args: string[]) => runProgram({ file: YARDARM, args: ["keys", ...args], env });
  const [, recoveryKey = ""] = await hub.program().says(/^ {4}(yrk_[\w-]{43})$/m);
  expect(hub.program().stdout()).not.toContain(recoveryKey);
  const recoveryFile = path.join(directory.path, "recovery");
  await writeFile(recoveryFile, `${recoveryKey}\n`, { mode: 0o600 });

  const stateDirectory = path.join(directory.path, "state");
  await using agent = await startAgentProcess({
    session: await hub.signIn(),
    name: "shed",
    dockerHost: `unix://${directory.path}/none.sock`,
    file: AGENT,
    env: { AGENT_STATE_DIR: stateDirectory },
  });
  await agent.program().says(CONNECTED);

  const change = async (...args: string[]): Promise<string> => {
    const changed = await keys(...args);
    expect(changed).toMatchObject({ status: 0, err: expect.stringContaining("Restart every node") });
    return /fingerprint ([\w-]{43})/.exec(changed.out)?.[1] ?? "";
  };
  const restart = async (): Promise<void> => {
    await agent.kill();
    await hub.kill();
    await hub.restart();
    agent.restart();
  };
  await change("rotate");
  await writeFile(path.join(directory.path, "wrong"), `yrk_${"A".repeat(43)}`);
  const wrong = await keys("revoke-all", "--recovery-key-file", path.join(directory.path, "wrong"));
  expect(wrong).toMatchObject({ status: 1, err: expect.stringContaining("not the recovery key") });
  const recovered = await change("revoke-all", "--recovery-key-file", recoveryFile);
  await restart();
  const [, pinned] = await agent.program().says(/"The hub has other keys.*"fingerprint":"([\w-]{43})"/);
  expect(pinned).toBe(recovered);
  await agent.program().says(CONNECTED);
  expect((await keys("show")).out.match(/key_\w+/g)).toHaveLength(1);

  await change("reset", "--repin-every-agent");
  await restart();
  await agent.program().says(/not signed by the key pinned at enrollment/);
  await agent.kill();
  const keySetFile = path.join(directory.path, "key-set.json");
  await writeFile(keySetFile, (await keys("export")).out);
  const repinned = await runProgram({
    file: AGENT,
    args: ["repin", keySetFile],
    env: { AGENT_API_URL: hub.url, AGENT_STATE_DIR: stateDirectory },
  });
  expect(repinned).toMatchObject({ status: 0, out: expect.stringContaining("This agent trusts the keys") });
  expect(JSON.parse(await readFile(path.join(stateDirectory, "identity.json"), "utf8")).hostId).toBe(agent.hostId);
  agent.restart();
  await agent.program().says(CONNECTED);
  const session = await hub.signIn();
  expect((await session.get<Host>(`/api/hosts/${agent.hostId}`)).status).toBe("online");
}, 300_000);
