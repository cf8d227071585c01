/** Everything that the chaos breaks: an engine with its writers, an agent behind a network path, a hub, viewers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "@yardarm/protocol/container";
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
import type { WatchedWriter } from "./watched-writer.ts";
import { createWriters, killWriter, nextRotation, recreateWriter, startWriters, type Writer } from "./writers.ts";

const VIEWERS: readonly Pick<ChaosViewerOptions, "name" | "from">[] = [
  { name: "reader of everything", from: "beginning" },
  { name: "second reader", from: "beginning" },
  { name: "page that is opened anew", from: "tail" },
];
export const VIEWER_COUNT = VIEWERS.length;
/** For a busy machine. */
const PATIENT = { timeoutMs: 120_000, everyMs: 100 };
/** Beyond, the engine dies without one. */
const ROTATION_MS = 3_000;

export class ChaosWorld implements AsyncDisposable {
  readonly engine: MortalEngine;
  readonly hub: HubProcess;
  readonly agent: AgentProcess;
  readonly network: NetworkPath;
  readonly session: HubSession;
  /** Everything that was ever written; the writers that run now are the last ones of their names. */
  readonly generations: WatchedWriter[];
  /** What the hub made of recreated containers against its word. */
  readonly faults: string[] = [];
  readonly viewers: readonly ChaosViewer[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<ChaosWorld, "engine" | "hub" | "agent" | "network" | "session" | "generations" | "viewers">,
    stack: AsyncDisposableStack,
  ) {
    this.engine = parts.engine;
    this.hub = parts.hub;
    this.agent = parts.agent;
    this.network = parts.network;
    this.session = parts.session;
    this.generations = parts.generations;
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
    const witnessed = (await createWriters(engine)).map((writer) => witness(writer, started));
    await startWriters(engine.socketPath, witnessed);
    const generations = await Promise.all(
      witnessed.map(async (writer): Promise<WatchedWriter> => {
        return { ...writer, containerId: (await findContainer(session, writer.dockerId)).containerId };
      }),
    );
    const containerIds = generations.map(({ containerId }) => containerId);
    const viewers = VIEWERS.map((kind) => started.use(new ChaosViewer({ ...kind, session, containerIds })));
    return new ChaosWorld({ engine, hub, agent, network, session, generations, viewers }, started.move());
  }

  /** The generation of each name that runs now, in the order of the names' first appearance. */
  get writers(): readonly WatchedWriter[] {
    return [...new Map(this.generations.map((writer) => [writer.name, writer])).values()];
  }

  get breakables(): Breakables {
    const { engine, hub, agent, network, viewers } = this;
    return {
      process: async (fault) => {
        const { target, signal } = fault;
        if (target === "engine") {
          if (fault.inRotation) await nextRotation(this.writers, ROTATION_MS);
          await engine.kill(signal);
        } else {
          const { program } = target === "hub" ? hub : agent;
          await (signal === "SIGKILL" ? program().kill() : program().stop());
        }
        await delay(fault.downMs);
        if (target === "agent") agent.restart();
        else if (target === "hub") await hub.restart();
        else {
          await engine.restart();
          await startWriters(engine.socketPath, this.writers);
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
      container: async ({ target, index, signal }) => {
        const writer = this.writers[index] as WatchedWriter;
        await killWriter(engine.socketPath, writer, signal);
        if (target === "recreation") await this.#recreate(writer);
        else await startWriters(engine.socketPath, this.writers);
      },
    };
  }

  /** A fresh reader of everything that the hub has. */
  openViewer(name: string): ChaosViewer {
    const containerIds = this.generations.map(({ containerId }) => containerId);
    return new ChaosViewer({ name, from: "beginning", session: this.session, containerIds });
  }

  /** From here on nothing is written any more, and the witnesses have read everything. */
  async stopWriters(): Promise<void> {
    const { writers, engine } = this;
    await Promise.all(writers.map((writer) => killWriter(engine.socketPath, writer, "SIGKILL")));
    await readToEnd(writers);
  }

  /** Replaces a container that was killed by another one of its name. Its log is removed with it, whoever has read it by then. */
  async #recreate(writer: WatchedWriter): Promise<void> {
    const { engine, session, generations, viewers } = this;
    await readToEnd([writer]);
    const before = await findContainer(session, writer.dockerId);
    const next = witness(await recreateWriter(engine, writer), this.#stack);
    await startWriters(engine.socketPath, [next]);
    const { containerId, workloadId } = await findContainer(session, next.dockerId);
    if (workloadId !== before.workloadId)
      this.faults.push(`${writer.name} became another workload when it was recreated`);
    if (containerId === before.containerId) this.faults.push(`${writer.name} has its predecessor's identity`);
    generations.push({ ...next, containerId });
    for (const viewer of viewers) viewer.watch(containerId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

const witness = (writer: Writer, stack: AsyncDisposableStack): Writer & { readonly witness: EngineWitness } => {
  return { ...writer, witness: stack.use(new EngineWitness(writer.logFile)) };
};

/** The writers are down; but the engine may still copy what was in the pipes. */
const readToEnd = async (writers: readonly WatchedWriter[]): Promise<void> => {
  for (let quiet = 0; quiet < 5; ) {
    await delay(100);
    quiet = writers.some(({ witness }) => witness.read()) ? 0 : quiet + 1;
  }
  for (const { witness } of writers) witness.finish();
};

/** Also while the hub is killed and started again. */
const findContainer = (session: HubSession, dockerId: string): Promise<Container> =>
  waitUntil(
    `the hub to know container ${dockerId.slice(0, 12)}`,
    async () => {
      const answer = await session.get<{ items: readonly Container[] }>("/api/containers").catch(() => null);
      return answer?.items.find((item) => item.dockerId === dockerId);
    },
    PATIENT,
  );
