/** An engine with containers to act on, an agent behind a network path, and a hub: everything that is broken meanwhile. */
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerId } from "@yardarm/protocol/ids";
import { type AgentProcess, startAgentProcess } from "../../../testkit/agent-process.ts";
import { type HubProcess, startHubProcess } from "../../../testkit/hub-process.ts";
import type { HubSession } from "../../../testkit/hub-session.ts";
import { makeTempDir } from "../../../testkit/temp-dir.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import type { Breakables } from "../fault-runner.ts";
import { type MortalEngine, startMortalEngine } from "../mortal-engine.ts";
import { NetworkPath } from "../network-path.ts";
import { ActedContainer } from "./acted-container.ts";
import { findContainerId } from "./actor.ts";

export type KnownContainer = { readonly container: ActedContainer; readonly containerId: ContainerId };

/** For a busy machine. */
const PATIENT = { timeoutMs: 120_000, everyMs: 100 };
const NOT_HERE = (): Promise<void> => Promise.reject(new Error("Nothing of that kind is broken here."));

export class ActionsWorld implements AsyncDisposable {
  readonly session: HubSession;
  readonly containers: readonly KnownContainer[];
  readonly engine: MortalEngine;
  readonly hub: HubProcess;
  readonly agent: AgentProcess;
  readonly network: NetworkPath;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<ActionsWorld, "session" | "containers" | "engine" | "hub" | "agent" | "network">,
    stack: AsyncDisposableStack,
  ) {
    this.session = parts.session;
    this.containers = parts.containers;
    this.engine = parts.engine;
    this.hub = parts.hub;
    this.agent = parts.agent;
    this.network = parts.network;
    this.#stack = stack;
  }

  static async start(count: number): Promise<ActionsWorld> {
    await using started = new AsyncDisposableStack();
    const engine = await startMortalEngine();
    started.defer(() => engine.stop());
    const directory = await makeTempDir("effects");
    started.defer(() => directory.remove());
    const hub = started.use(await startHubProcess({ command: "hub" }));
    const session = await hub.signIn();
    const network = started.use(await NetworkPath.to({ host: "127.0.0.1", port: hub.port }));
    const { dockerHost, socketPath } = engine;
    const agent = started.use(
      await startAgentProcess({ session: { ...session, url: network.url }, name: "chaos", dockerHost }),
    );
    const containers = await Promise.all(
      Array.from({ length: count }, async (_, index): Promise<KnownContainer> => {
        const place = { socketPath, directory: directory.path, name: `acted-${index}` };
        const container = await ActedContainer.create(place);
        const find = (): Promise<ContainerId | undefined> => findContainerId(session, container.dockerId);
        return { container, containerId: await waitUntil(`the hub to know ${container.name}`, find, PATIENT) };
      }),
    );
    return new ActionsWorld({ session, containers, engine, hub, agent, network }, started.move());
  }

  get breakables(): Breakables {
    const { engine, hub, agent, network } = this;
    return {
      process: async ({ target, signal, downMs }) => {
        if (target === "engine") await engine.kill(signal);
        else {
          const { program } = target === "hub" ? hub : agent;
          await (signal === "SIGKILL" ? program().kill() : program().stop());
        }
        await delay(downMs);
        if (target === "agent") agent.restart();
        else await (target === "hub" ? hub : engine).restart();
      },
      network: async (fault) => {
        if (fault.way === "stall") {
          network.stall();
          await delay(fault.forMs);
          network.resume();
        } else if (fault.way === "cut") network.cut();
        else network.halfClose();
      },
      viewer: NOT_HERE,
      container: NOT_HERE,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
