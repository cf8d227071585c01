import { existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { findEngine } from "@yardarm/agent/find-engine";
import type { Config } from "@yardarm/hub/config";
import { type RunningHub, runHub } from "@yardarm/hub/main";
import { AGENT_BUNDLE } from "@yardarm/hub/web-files";
import type { OrgId } from "@yardarm/protocol/ids";
import { DEMO_HOST_NAMES } from "@yardarm/simulator/demo-fleet";
import { type Child, keepRunning } from "./child.ts";
import type { DemoOrder } from "./demo-fleet.ts";
import { say, sayRecoveryKey } from "./say.ts";

/** What the agents beside the hub look at: this machine's engine, or a simulated fleet. */
type Company = { readonly kind: "local"; readonly dockerHost: string | null } | { readonly kind: "demo" };

const chooseCompany = async (isDemoAsked: boolean): Promise<Company> => {
  if (isDemoAsked) return { kind: "demo" };
  const found = await findEngine(process.env);
  switch (found.status) {
    case "found":
      return { kind: "local", dockerHost: process.env.DOCKER_HOST ?? null };
    case "refused":
      throw new Error(found.sentence);
    case "none":
      say(`There is no container engine here (looked at ${found.tried.join(", ")}).`);
      return { kind: "demo" };
  }
};

/**
 * Hub and agents with one command. Resolves when a signal ended it.
 *
 * @throws Error with a sentence when the engine refuses or the hub cannot start
 */
export const up = async (config: Config, options: { readonly isDemo: boolean }): Promise<void> => {
  const company = await chooseCompany(options.isDemo);
  const hub = await runHub(config);
  if (hub.recoveryKey !== null) sayRecoveryKey(hub.recoveryKey);
  announce(hub, company);
  let child: Child | null = null;
  let isStopping = false;
  hub.claimed
    .then(async (orgId) => {
      const started = await startCompany(company, { hub, config, orgId });
      if (isStopping) await started.stop();
      else child = started;
    })
    .catch((error: unknown) => say(`The local agent could not be started: ${String(error)}`));
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  isStopping = true;
  await (child as Child | null)?.stop();
  await hub.stop();
};

const announce = (hub: RunningHub, company: Company): void => {
  if (company.kind === "demo") say("Showing a simulated fleet: none of its hosts and containers exist.");
  else say(`The local agent looks at the engine of ${company.dockerHost ?? "this machine"}.`);
  if (hub.setupToken === null) say(`Yardarm is ready: ${hub.url}`);
  else
    say(`Yardarm is ready. Open this link to make its first owner:\n\n    ${hub.url}/setup#token=${hub.setupToken}\n`);
};

type Start = { readonly hub: RunningHub; readonly config: Config; readonly orgId: OrgId };

const startCompany = async (company: Company, start: Start): Promise<Child> => {
  const { hub, config } = start;
  if (company.kind === "local") {
    const stateDirectory = path.join(config.dataDirectory, "local-agent");
    const joinToken = await tokenFor(start, hostname(), stateDirectory);
    return keepRunning({
      file: AGENT_BUNDLE,
      env: {
        AGENT_API_URL: hub.url,
        AGENT_STATE_DIR: stateDirectory,
        AGENT_LOG_LEVEL: "warn",
        ...(joinToken === null ? {} : { AGENT_TOKEN: joinToken }),
        ...(company.dockerHost === null ? {} : { DOCKER_HOST: company.dockerHost }),
      },
      say,
    });
  }
  const hosts: Record<string, DemoOrder["hosts"][string]> = {};
  for (const name of DEMO_HOST_NAMES) {
    const stateDirectory = path.join(config.dataDirectory, "demo-agents", name);
    hosts[name] = { stateDirectory, joinToken: await tokenFor(start, `${name} (simulated)`, stateDirectory) };
  }
  const order: DemoOrder = { hubUrl: hub.url, hosts };
  return keepRunning({ file: path.join(import.meta.dirname, "demo-fleet.ts"), env: {}, message: order, say });
};

/** A join token through the same enrollment as any other host's; `null` for an agent that has joined already. */
const tokenFor = async ({ hub, orgId }: Start, name: string, stateDirectory: string): Promise<string | null> =>
  existsSync(path.join(stateDirectory, "identity.json")) ? null : (await hub.createLocalHost(orgId, name)).joinToken;
