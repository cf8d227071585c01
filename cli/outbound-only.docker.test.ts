import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import type { Host } from "@yardarm/protocol/host";
import { lastingPort } from "@yardarm/testkit/free-port";
import { OWNER, startHubProcess } from "@yardarm/testkit/hub-process";
import { signInTo } from "@yardarm/testkit/hub-session";
import { makeNetworkNamespace } from "@yardarm/testkit/network-namespace";
import { startProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { startTlsProxy } from "@yardarm/testkit/tls-proxy";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, inject, test } from "vitest";

const run = promisify(execFile);

/** Settles with how dialling ended. */
const dial = (host: string, port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => resolve("connected")).once("error", (error) => resolve(String(error)));
    socket.once("close", () => socket.destroy());
  });

test("[SEC-T15] [HOST-02] an agent in a network that only lets it dial out joins through a TLS proxy, by the pasted command", async () => {
  await using network = await makeNetworkNamespace();
  await using directory = await makeTempDir("outbound");
  const port = await lastingPort();
  const publicUrl = `https://${network.outside}:${port}`;
  await using hub = await startHubProcess({
    command: "hub",
    env: { YARDARM_PUBLIC_URL: publicUrl, YARDARM_TRUSTED_PROXIES: "127.0.0.1" },
  });
  await using proxy = await startTlsProxy({ address: network.outside, port, hubPort: hub.port });
  setDefaultCACertificates([...getCACertificates(), await readFile(proxy.authorityFile, "utf8")]);
  const session = await signInTo(publicUrl, OWNER);
  const { host, commands, joinToken } = await session.post<CreateHostResponse>("/api/hosts", { name: "behind" });

  // The command as it is pasted, up to the agent's own start: it downloads through the proxy and checks what came.
  const lines = commands.node.split("\n");
  const [ip = "", ...prefix] = network.prefix;
  const home = { HOME: directory.path, PATH: process.env.PATH };
  const { stdout } = await run(ip, [...prefix, "sh", "-ec", lines.slice(0, -1).join("\n")], {
    env: { ...home, CURL_CA_BUNDLE: proxy.authorityFile },
  });
  expect(stdout).toContain("yardarm-agent.mjs: OK");
  expect(lines.at(-1)).not.toContain(joinToken);
  const file = path.join(directory.path, ".yardarm/yardarm-agent.mjs");
  const env = {
    AGENT_API_URL: publicUrl,
    AGENT_TOKEN_FILE: path.join(directory.path, ".yardarm/join-token"),
    AGENT_STATE_DIR: path.join(directory.path, ".yardarm/state"),
    DOCKER_HOST: inject("dockerHost"),
  };
  {
    // Nobody vouches for the proxy's certificate here.
    await using stranger = startProgram({ file, env, through: network.prefix });
    await stranger.says(/cannot be reached \([^)]*certificate/);
  }
  await using agent = startProgram({
    file,
    env: { ...env, NODE_EXTRA_CA_CERTS: proxy.authorityFile },
    through: network.prefix,
  });
  await agent.says(/"Connected to the hub\."/);
  const seen = await waitUntil("the engine behind to be seen", async () => {
    const now = await session.get<Host>(`/api/hosts/${host.hostId}`);
    return now.engine?.state === "connected" ? now : undefined;
  });
  expect(seen.status).toBe("online");

  // And in the other direction nothing: the network resets what is dialled into it, and has no way but to the proxy.
  await using listener = startProgram({
    file: path.resolve(import.meta.dirname, "../testkit/listen-anywhere.ts"),
    through: network.prefix,
  });
  const [, inner] = await listener.says(/listening on (\d+)/);
  expect(await dial(network.inside, Number(inner))).toContain("ECONNREFUSED");
  const { stdout: routes } = await run(ip, [...prefix, "ip", "route"]);
  expect(routes.trim().split("\n")).toHaveLength(1);
  expect(routes).not.toContain("default");
}, 300_000);
