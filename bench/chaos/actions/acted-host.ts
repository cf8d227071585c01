/** One host: an engine with containers, its witnesses, and an agent, with a gate at either side of it and a link that breaks. */
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ActionCommand } from "@yardarm/protocol/action";
import { type AgentProcess, startAgentProcess } from "../../../testkit/agent-process.ts";
import type { HubSession } from "../../../testkit/hub-session.ts";
import { makeTempDir } from "../../../testkit/temp-dir.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import { type MortalEngine, startMortalEngine } from "../mortal-engine.ts";
import { NetworkPath } from "../network-path.ts";
import { ActedContainer, type Temper } from "./acted-container.ts";
import { EngineEvents } from "./engine-events.ts";
import { EngineGate, type PassingCall } from "./engine-gate.ts";
import { FrameGate } from "./frame-gate.ts";
import type { Fate } from "./places.ts";
import { Tripwire } from "./tripwire.ts";
import { WitnessedRuntime } from "./witnessed-runtime.ts";

export type ActedHostOptions = {
  readonly name: string;
  readonly session: HubSession;
  readonly hubPort: number;
  readonly tempers: readonly Temper[];
};

/** How far the action on a container has come, as the gates see it. */
type Stage = "dispatched" | "acted";

const FORWARD = Promise.resolve<Fate>("forward");

export class ActedHost implements AsyncDisposable {
  readonly name: string;
  readonly engine: MortalEngine;
  readonly agent: AgentProcess;
  readonly link: NetworkPath;
  readonly engineGate: EngineGate;
  readonly gate: FrameGate;
  readonly wire: Tripwire;
  readonly events: EngineEvents;
  readonly runtime: WitnessedRuntime;
  readonly containers: readonly ActedContainer[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<
      ActedHost,
      "name" | "engine" | "agent" | "link" | "engineGate" | "gate" | "wire" | "events" | "runtime" | "containers"
    >,
    stack: AsyncDisposableStack,
  ) {
    this.name = parts.name;
    this.engine = parts.engine;
    this.agent = parts.agent;
    this.link = parts.link;
    this.engineGate = parts.engineGate;
    this.gate = parts.gate;
    this.wire = parts.wire;
    this.events = parts.events;
    this.runtime = parts.runtime;
    this.containers = parts.containers;
    this.#stack = stack;
  }

  static async start({ name, session, hubPort, tempers }: ActedHostOptions): Promise<ActedHost> {
    await using started = new AsyncDisposableStack();
    const directory = await makeTempDir("acted");
    started.defer(() => directory.remove());
    const runtime = await WitnessedRuntime.create(directory.path);
    const engine = await startMortalEngine(WitnessedRuntime.settings(directory.path));
    started.defer(() => engine.stop());
    const events = started.use(new EngineEvents(engine.socketPath));
    await waitUntil("the engine's events", () => events.openMs > 0);
    const containers = await Promise.all(
      tempers.map((temper, index) => ActedContainer.create(engine.socketPath, `${name}-${temper}-${index}`, temper)),
    );
    const wire = new Tripwire();
    const watched = watch(wire);
    const socketPath = path.join(directory.path, "engine.sock");
    const engineGate = started.use(
      await EngineGate.open({ socketPath, engineSocketPath: engine.socketPath, ...watched.calls }),
    );
    const gate = started.use(await FrameGate.open({ hubPort, ...watched.frames }));
    const link = started.use(await NetworkPath.to({ host: "127.0.0.1", port: gate.port }));
    const agent = started.use(
      await startAgentProcess({ session: { ...session, url: link.url }, name, dockerHost: `unix://${socketPath}` }),
    );
    return new ActedHost(
      { name, engine, agent, link, engineGate, gate, wire, events, runtime, containers },
      started.move(),
    );
  }

  /** What the agent said before it ended by itself; `null` while it runs. Only for when nobody is ending it. */
  async agentsLastWords(): Promise<string | null> {
    const program = this.agent.program();
    const running = new Promise<string>((resolve) => void setImmediate(() => resolve("running")));
    const ended = await Promise.race([program.ended, running]);
    return ended === "running" ? null : `${ended} ${program.stderr().slice(-1_500)} ${program.stdout().slice(-1_500)}`;
  }

  /** Ends the agent and starts it again, `downMs` later. */
  async replaceAgent(signal: "SIGKILL" | "SIGTERM", downMs: number): Promise<void> {
    await (signal === "SIGKILL" ? this.agent.kill() : this.agent.program().stop());
    await delay(downMs);
    this.agent.restart();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Tells the wire where actions are on their path. */
const watch = (wire: Tripwire) => {
  const stages = new Map<string, Stage>();
  return {
    frames: {
      toAgent: (text: string): Promise<Fate> => {
        if (!text.startsWith('{"type":"action",')) return FORWARD;
        const { payload } = JSON.parse(text) as { readonly payload: string };
        stages.set((JSON.parse(payload) as ActionCommand).dockerId, "dispatched");
        return wire.pass("dispatched");
      },
      toHub: (text: string): Promise<Fate> => (isResult(text) ? wire.pass("reported") : FORWARD),
      sentToHub: (text: string): void => {
        if (isResult(text)) void wire.pass("stored");
      },
    },
    calls: {
      toEngine: (call: PassingCall): Promise<Fate> => {
        const stage = stages.get(call.dockerId);
        if (call.kind === "act") {
          stages.set(call.dockerId, "acted");
          return wire.pass("journaled");
        }
        if (stage === "dispatched") return wire.pass("received");
        return FORWARD;
      },
      sentToEngine: (call: PassingCall): void => {
        if (call.kind === "act") void wire.pass("at work");
      },
      toAgent: (call: PassingCall): Promise<Fate> => {
        if (call.kind === "act") return wire.pass("answered");
        if (stages.get(call.dockerId) !== "acted") return FORWARD;
        stages.delete(call.dockerId);
        return wire.pass("verified");
      },
    },
  } as const;
};

const isResult = (text: string): boolean => text.startsWith('{"type":"action_result",');
