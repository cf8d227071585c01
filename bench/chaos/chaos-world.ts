/** Everything that the chaos breaks: an engine with its writers, an agent behind a network path, a hub, viewers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { type AgentProcess, startAgentProcess } from "../../testkit/agent-process.ts";
import { type HubProcess, startHubProcess } from "../../testkit/hub-process.ts";
import type { HubSession } from "../../testkit/hub-session.ts";
import { startPostgres } from "../../testkit/postgres.ts";
import { createDatabase } from "../../testkit/postgres-database.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import type { ChaosOptions } from "./chaos.ts";
import { ChaosViewer, type ChaosViewerOptions } from "./chaos-viewer.ts";
import { EngineWitness } from "./engine-witness.ts";
import type { Breakables } from "./fault-runner.ts";
import { type MortalEngine, startMortalEngine } from "./mortal-engine.ts";
import { NetworkPath } from "./network-path.ts";
import { createWriters, killWriter, startWriters, type Writer } from "./writers.ts";

export interface WatchedWriter extends Writer {
  readonly containerId: ContainerId;
  readonly witness: EngineWitness;
}

const VIEWERS: readonly Pick<ChaosViewerOptions, "name" | "from">[] = [
  { name: "reader of everything", from: "beginning" },
  { name: "second reader", from: "beginning" },
  { name: "page that is opened anew", from: "tail" },
];
export const VIEWER_COUNT = VIEWERS.length;
/** For a busy machine. */
const PATIENT = { timeoutMs: 120_000, everyMs: 100 };

export class ChaosWorld implements AsyncDisposable {
  readonly engine: MortalEngine;
  readonly hub: HubProcess;
  readonly agent: AgentProcess;
  readonly network: NetworkPath;
  readonly session: HubSession;
  readonly writers: readonly WatchedWriter[];
  readonly viewers: readonly ChaosViewer[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Omit<ChaosWorld, keyof AsyncDisposable | "breakables" | "openViewer" | "stopWriters">,
    stack: AsyncDisposableStack,
  ) {
    this.engine = parts.engine;
    this.hub = parts.hub;
    this.agent = parts.agent;
    this.network = parts.network;
    this.session = parts.session;
    this.writers = parts.writers;
    this.viewers = parts.viewers;
    this.#stack = stack;
  }

  static async start({ source, database }: Required<Pick<ChaosOptions, "source" | "database">>): Promise<ChaosWorld> {
    await using started = new AsyncDisposableStack();
    const engine = await startMortalEngine();
    started.defer(() => engine.stop());
    const postgres = database === "postgres" ? started.use(await startPostgres()) : null;
    const hubDatabase = postgres === null ? null : started.use(await createDatabase(postgres.address));
    const hub = started.use(
      await startHubProcess({
        command: "hub",
        env: hubDatabase === null ? {} : { YARDARM_DATABASE_URL: hubDatabase.url },
      }),
    );
    const session = await hub.signIn();
    const network = started.use(await NetworkPath.to({ host: "127.0.0.1", port: hub.port }));
    // Over TCP the agent cannot know whose files it would read, and asks the engine for everything.
    const engineUrl = source === "file" ? null : started.use(await NetworkPath.to({ path: engine.socketPath })).url;
    const agent = started.use(
      await startAgentProcess({
        session: { ...session, url: network.url },
        name: "chaos",
        dockerHost: engineUrl?.replace("http:", "tcp:") ?? engine.dockerHost,
      }),
    );
    // The host's enrollment comes first: every container is then taken from its first line.
    await waitUntil(
      "the agent to come online",
      async () => {
        const { items } = await session.get<{ items: readonly { readonly status: string }[] }>("/api/hosts");
        return items.some(({ status }) => status === "online");
      },
      PATIENT,
    );
    const witnessed = (await createWriters(engine)).map((writer) => {
      return { ...writer, witness: started.use(new EngineWitness(writer.logFile)) };
    });
    await startWriters(engine.socketPath, witnessed);
    const writers = await Promise.all(
      witnessed.map(async (writer): Promise<WatchedWriter> => {
        return { ...writer, containerId: await findContainer(session, writer.dockerId) };
      }),
    );
    const containerIds = writers.map(({ containerId }) => containerId);
    const viewers = VIEWERS.map((kind) => started.use(new ChaosViewer({ ...kind, session, containerIds })));
    return new ChaosWorld({ engine, hub, agent, network, session, writers, viewers }, started.move());
  }

  get breakables(): Breakables {
    const { engine, hub, agent, network, viewers, writers } = this;
    return {
      process: async ({ target, signal, downMs }) => {
        if (target === "engine") await engine.kill(signal);
        else {
          const { program } = target === "hub" ? hub : agent;
          await (signal === "SIGKILL" ? program().kill() : program().stop());
        }
        await delay(downMs);
        if (target === "agent") agent.restart();
        else if (target === "hub") await hub.restart();
        else {
          await engine.restart();
          await startWriters(engine.socketPath, writers);
        }
      },
      network: async (fault) => {
        if (fault.way === "stall") {
          network.stall();
          await delay(fault.forMs);
          network.resume();
        } else if (fault.way === "cut") network.cut();
        else network.halfClose();
      },
      viewer: async (fault) => {
        const viewer = viewers[fault.index] as ChaosViewer;
        if (fault.way === "cut") viewer.cut();
        else {
          viewer.stall();
          await delay(fault.forMs);
          viewer.resume();
        }
      },
      container: async ({ index, signal }) => {
        await killWriter(engine.socketPath, writers[index] as Writer, signal);
        await startWriters(engine.socketPath, writers);
      },
    };
  }

  /** A fresh reader of everything that the hub has. */
  openViewer(name: string): ChaosViewer {
    const containerIds = this.writers.map(({ containerId }) => containerId);
    return new ChaosViewer({ name, from: "beginning", session: this.session, containerIds });
  }

  /** From here on nothing is written any more, and the witnesses have read everything. */
  async stopWriters(): Promise<void> {
    await Promise.all(this.writers.map((writer) => killWriter(this.engine.socketPath, writer, "SIGKILL")));
    // The engine may still copy what was in the pipes.
    for (let quiet = 0; quiet < 5; ) {
      await delay(100);
      quiet = this.writers.some(({ witness }) => witness.read()) ? 0 : quiet + 1;
    }
    for (const { witness } of this.writers) witness.finish();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

const findContainer = (session: HubSession, dockerId: string): Promise<ContainerId> =>
  waitUntil(
    `the hub to know container ${dockerId.slice(0, 12)}`,
    async () => {
      const { items } = await session.get<{ items: readonly Container[] }>("/api/containers");
      return items.find((item) => item.dockerId === dockerId)?.containerId;
    },
    PATIENT,
  );
