/** The whole chain as it is shipped: a private engine, the bundled agent and a hub, each a process of its own. */
import path from "node:path";
import type { Container } from "@yardarm/protocol/container";
import { dayFile, listDays, openForReading } from "../../hub/logs/sqlite/sqlite-day-file.ts";
import { type AgentProcess, startAgentProcess } from "../../testkit/agent-process.ts";
import { type HubProcess, startHubProcess } from "../../testkit/hub-process.ts";
import type { HubSession } from "../../testkit/hub-session.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import { type BenchEngine, startBenchEngine } from "../docker/bench-engine.ts";
import { buildPrograms } from "./prepare.ts";

export interface Chain extends AsyncDisposable {
  readonly engine: BenchEngine;
  readonly hub: HubProcess;
  readonly session: HubSession;
  readonly hubPid: number;
  readonly agentPid: number;
  /** The container as the hub knows it, once it does. */
  readonly findContainer: (dockerId: string) => Promise<Container>;
  /** Lines of the container that are committed in the hub's store: read from its file, which disturbs nobody. */
  readonly committedLines: (containerId: string) => number;
}

export interface ChainOptions {
  /** What the agent reads logs from. */
  readonly source: "file" | "api";
  /** One that runs already, and goes on afterwards. Default: an empty one of its own. */
  readonly hub?: HubProcess;
}

export const startChain = async ({ source, hub: ready }: ChainOptions = { source: "file" }): Promise<Chain> => {
  await buildPrograms();
  await using started = new AsyncDisposableStack();
  const engine = started.use(await startBenchEngine());
  const hub = ready ?? started.use(await startHubProcess({ command: "hub", env: { YARDARM_LOG_LEVEL: "info" } }));
  const session = await hub.signIn();
  const agent: AgentProcess = started.use(
    // What is measured is what the chain can do, not the limit on one container's lines.
    await startAgentProcess({
      ...{ session, name: `chain-${source}`, dockerHost: engine.dockerHost },
      env: { AGENT_LOG_RATE: "off", AGENT_LOG_SOURCE: source === "file" ? "auto" : "api" },
    }),
  );
  const findContainer = (dockerId: string): Promise<Container> =>
    waitUntil(`the hub to know container ${dockerId.slice(0, 12)}`, async () => {
      const { items } = await session.get<{ items: readonly Container[] }>("/api/containers");
      return items.find((item) => item.dockerId === dockerId);
    });
  const { activeOrgId } = await session.get<{ activeOrgId: string }>("/api/me");
  const directory = path.join(hub.dataDirectory, "logs");
  const committedLines = (containerId: string): number => {
    const day = listDays(directory, activeOrgId).at(-1);
    const database = day === undefined ? null : openForReading(dayFile(directory, activeOrgId, day));
    try {
      const row = database?.prepare("SELECT cursor FROM container WHERE container_id = ?").get(containerId);
      return row === undefined ? 0 : (JSON.parse(String(row.cursor)) as { readonly nextSeq: number }).nextSeq;
    } finally {
      database?.close();
    }
  };
  const running = started.move();
  return {
    ...{ engine, hub, session, findContainer, committedLines },
    hubPid: hub.program().pid,
    agentPid: agent.program().pid,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
