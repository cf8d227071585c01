/** The simulated fleet of `--demo`, with one agent per simulated host, in a process of its own beside the hub. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readConfig } from "@yardarm/agent/config";
import { createLogger } from "@yardarm/agent/logger";
import { runAgent } from "@yardarm/agent/main";
import { startDemoFleet } from "@yardarm/simulator/demo-fleet";

/** Stable, so that a fleet that was stopped continues its own logs. */
const DEMO_SEED = 8080;

/** What `yardarm up` sends over the IPC channel. */
export type DemoOrder = {
  readonly hubUrl: string;
  /** By host name: where its agent keeps its key, and the token with which it joins, `null` when it has. */
  readonly hosts: Readonly<Record<string, { readonly stateDirectory: string; readonly joinToken: string | null }>>;
};

const run = async ({ hubUrl, hosts }: DemoOrder): Promise<void> => {
  const directory = await mkdtemp(path.join(tmpdir(), "yardarm-demo-"));
  const fleet = await startDemoFleet({ directory, seed: DEMO_SEED });
  const logger = createLogger("warn", (line) => process.stdout.write(line));
  const agents = fleet.hosts.flatMap(({ name, socketPath }) => {
    const host = hosts[name];
    if (host === undefined) return [];
    const config = readConfig({
      AGENT_API_URL: hubUrl,
      AGENT_STATE_DIR: host.stateDirectory,
      DOCKER_HOST: `unix://${socketPath}`,
      ...(host.joinToken === null ? {} : { AGENT_TOKEN: host.joinToken }),
    });
    return [runAgent({ config, logger })];
  });
  const stop = async (): Promise<void> => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await fleet.stop();
    await rm(directory, { recursive: true, force: true });
    process.exit(0);
  };
  process.once("disconnect", () => void stop());
  process.once("SIGTERM", () => void stop());
  // A terminal sends its Ctrl-C to everybody; the hub decides when this process ends.
  process.on("SIGINT", () => {});
  await Promise.all(agents.map((agent) => agent.ended));
};

if (import.meta.main) {
  process.once("message", (order) => {
    run(order as DemoOrder).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(1);
    });
  });
}
