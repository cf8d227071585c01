import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { afterEach, describe, expect, test } from "vitest";
import { type ContainerDetails, decodeContainerDetails } from "../docker/container-details.ts";
import type { ContainerEvent } from "../docker/container-events.ts";
import type { Engine } from "../docker/engine.ts";
import { decodeIdentity } from "../docker/engine-identity.ts";
import { Inventory, type InventoryOptions } from "./inventory.ts";

type Sent = Parameters<InventoryOptions["send"]>[0];
type InventoryEngine = Pick<Engine, "handshake" | "openEvents" | "listContainers" | "inspectContainer">;

const IDENTITY = decodeIdentity({
  pingHeaders: { server: "Docker/29.0.0 (linux)" },
  version: { Version: "29.0.0" },
  info: {},
  apiVersion: "1.47",
  nowMs: 1_780_000_000_000,
});

const [A, B, C] = [1, 2, 3].map(dockerIdOf) as [DockerId, DockerId, DockerId];

const detailsOf = (dockerId: DockerId, changes: Partial<ContainerDetails> = {}): ContainerDetails => {
  const details = decodeContainerDetails({ Id: dockerId, Name: `/${dockerId.at(-1)}`, State: { Status: "running" } });
  if (details === null) throw new Error("no details");
  return { ...details, pid: 1, ...changes };
};

/** An engine whose containers, events and failures are the test's to set: the real one is in the docker tests. */
class ScriptedEngine implements InventoryEngine {
  readonly containers = new Map<DockerId, ContainerDetails>();
  readonly inspected: DockerId[] = [];
  readonly since: bigint[] = [];
  down: ProtocolError | null = null;
  beforeList = (): void => {};
  inspectError: ((dockerId: DockerId) => ProtocolError | null) | null = null;
  #deliver: ((event: ContainerEvent | "end" | ProtocolError) => void) | null = null;

  get isSubscribed(): boolean {
    return this.#deliver !== null;
  }

  put(dockerId: DockerId, changes: Partial<ContainerDetails> = {}): void {
    this.containers.set(dockerId, detailsOf(dockerId, changes));
  }

  emit(dockerId: DockerId, action: ContainerEvent["action"] = "update"): void {
    this.#deliver?.({ action, dockerId, name: "", timeNs: 0n, exitCode: null, health: null });
  }

  endEvents(error?: ProtocolError): void {
    this.#deliver?.(error ?? "end");
  }

  async handshake() {
    if (this.down !== null) throw this.down;
    return IDENTITY;
  }

  async listContainers() {
    if (this.down !== null) throw this.down;
    this.beforeList();
    return [...this.containers.values()].map(({ dockerId, name }) => ({ dockerId, name }));
  }

  async inspectContainer(dockerId: DockerId) {
    this.inspected.push(dockerId);
    const error = this.inspectError?.(dockerId) ?? this.down;
    if (error !== null) throw error;
    const details = this.containers.get(dockerId);
    if (details === undefined) throw new ProtocolError("not_found", "No such container.");
    return details;
  }

  async openEvents(sinceNs: bigint, options: { signal?: AbortSignal | undefined } = {}) {
    if (this.down !== null) throw this.down;
    this.since.push(sinceNs);
    const waiting: (ContainerEvent | "end" | ProtocolError)[] = [];
    let wake = (): void => {};
    const deliver = (item: ContainerEvent | "end" | ProtocolError): void => {
      waiting.push(item);
      wake();
    };
    this.#deliver = deliver;
    options.signal?.addEventListener("abort", () => deliver("end"));
    const release = (): void => {
      if (this.#deliver === deliver) this.#deliver = null;
    };
    return (async function* () {
      try {
        for (;;) {
          const item = waiting.shift();
          if (item === "end") return;
          if (item instanceof ProtocolError) throw item;
          if (item !== undefined) yield item;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        release();
      }
    })();
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const start = async (prepare: (engine: ScriptedEngine) => void = () => {}) => {
  const engine = new ScriptedEngine();
  prepare(engine);
  const clock = new ManualClock();
  const sent: Sent[] = [];
  const inventory = new Inventory({
    engine: engine as ScriptedEngine & Engine,
    clock: { monotonicMs: () => clock.nowMs(), setTimer: (ms, callback) => clock.setTimer(ms, callback) },
    send: (message) => void sent.push(message),
    ownDockerId: null,
    random: () => 0.5,
  });
  const controller = new AbortController();
  const running = inventory.run(controller.signal);
  stops.push(async () => {
    controller.abort();
    await running;
  });
  await settled();
  const take = (): Sent[] => sent.splice(0);
  return { engine, clock, inventory, take };
};

const names = (message: Sent | undefined): unknown => {
  if (message?.type === "inventory.snapshot") return message.containers.map((container) => container.name);
  if (message?.type === "inventory.delta") return [message.upserts.map((container) => container.name), message.removes];
  return message?.engine.state;
};

const UNREACHABLE = new ProtocolError("engine_unreachable", "No engine answers.");

describe("[CONT-01] snapshot, then deltas", () => {
  test("the engine's state and everything that exists come first", async () => {
    const { take, inventory } = await start((engine) => {
      engine.put(A);
      engine.put(B, { state: "exited", pid: null });
    });
    const sent = take();
    expect(sent.map(names)).toEqual(["connected", ["1", "2"]]);
    expect(inventory.engineState).toMatchObject({ state: "connected", kind: "docker", version: "29.0.0" });
    expect([...inventory.records.keys()]).toEqual([A, B]);
  });

  test("a container that appears between subscription and list is there once", async () => {
    const { take, engine } = await start((engine) => {
      engine.beforeList = () => {
        engine.put(A);
        engine.emit(A, "create");
      };
    });
    expect(take().map(names)).toEqual(["connected", ["1"]]);
    expect(engine.since).toEqual([IDENTITY.answeredAtNs - 2_000_000_000n]);
  });

  test("an event leads to one delta with the next revision; nothing changed, nothing sent", async () => {
    const { take, engine } = await start((engine) => engine.put(A));
    take();
    engine.put(A, { state: "exited", pid: null });
    engine.put(B);
    engine.emit(A, "die");
    engine.emit(B, "create");
    await settled();
    const [delta, ...rest] = take();
    expect([names(delta), delta]).toMatchObject([[["1", "2"], []], { revision: 1 }]);
    expect(rest).toEqual([]);
    engine.emit(A, "kill");
    await settled();
    expect(take()).toEqual([]);
    engine.containers.delete(A);
    engine.emit(A, "destroy");
    await settled();
    expect(take()).toMatchObject([{ revision: 2, upserts: [], removes: [A] }]);
  });

  test("a snapshot that the hub asks for carries the last revision", async () => {
    const { take, engine, inventory } = await start((engine) => engine.put(A));
    take();
    engine.put(B);
    engine.emit(B, "create");
    await settled();
    take();
    inventory.sendSnapshot();
    expect(take()).toMatchObject([
      { type: "engine.status", engine: { state: "connected" } },
      { type: "inventory.snapshot", revision: 1, containers: [{}, {}] },
    ]);
  });

  test("listeners hear changes with what was before, also those that the hub is not told", async () => {
    const { engine, inventory, take } = await start((engine) => engine.put(A, { pid: 10 }));
    const heard: unknown[] = [];
    inventory.subscribe({
      changed: (record, previous) => void heard.push([record.details.pid, previous?.details.pid]),
      removed: (record) => void heard.push(record.details.name),
      event: (event) => void heard.push(event.action),
    });
    take();
    engine.put(A, { pid: 11 });
    engine.emit(A, "start");
    await settled();
    engine.containers.delete(A);
    engine.emit(A, "destroy");
    await settled();
    expect(heard).toEqual(["start", [11, 10], "destroy", "1"]);
    expect(take()).toMatchObject([{ upserts: [], removes: [A] }]);
  });
});

describe("engine away", () => {
  test("before the first list nothing is claimed; then it is tried again and all follows", async () => {
    const { take, engine, clock, inventory } = await start((engine) => {
      engine.down = UNREACHABLE;
    });
    expect(take()).toEqual([
      {
        type: "engine.status",
        engine: { state: "unreachable", code: "engine_unreachable", message: "No engine answers." },
      },
    ]);
    inventory.sendSnapshot();
    await clock.advanceAsync(5_000);
    expect(take(), "no container; the engine's state again, for a hub that did not hear it").toMatchObject([
      { type: "engine.status", engine: { state: "unreachable" } },
    ]);
    engine.down = null;
    engine.put(A);
    await clock.advanceAsync(10_000);
    await settled();
    expect(take().map(names)).toEqual(["connected", ["1"]]);
  });

  test("after an outage the last known containers stay, and differences come as deltas", async () => {
    const { take, engine, clock, inventory } = await start((engine) => {
      engine.put(A);
      engine.put(B);
    });
    take();
    engine.down = UNREACHABLE;
    engine.endEvents(UNREACHABLE);
    await settled();
    expect(take().map(names)).toEqual(["unreachable"]);
    expect(inventory.records.size).toBe(2);
    engine.down = null;
    engine.containers.delete(B);
    engine.put(C);
    await clock.advanceAsync(10_000);
    await settled();
    const sent = take();
    expect(sent.map(names)).toContain("connected");
    const deltas = sent.filter((message) => message.type === "inventory.delta");
    expect(deltas.flatMap((delta) => delta.upserts.map(({ name }) => name))).toEqual(["3"]);
    expect(deltas.flatMap((delta) => delta.removes)).toEqual([B]);
  });

  test("an events stream that merely ends is opened again without an alarm", async () => {
    const { take, engine, clock } = await start((engine) => engine.put(A));
    take();
    engine.endEvents();
    await settled();
    expect(engine.isSubscribed).toBe(false);
    await clock.advanceAsync(1_000);
    await settled();
    expect(engine.isSubscribed).toBe(true);
    expect(take()).toEqual([]);
  });

  test("the wait between attempts grows and stays bounded", async () => {
    const { engine, clock } = await start((engine) => {
      engine.down = UNREACHABLE;
    });
    const attempts: number[] = [];
    const beganMs = clock.nowMs();
    const handshake = engine.handshake.bind(engine);
    engine.handshake = () => {
      attempts.push(clock.nowMs() - beganMs);
      return handshake();
    };
    await clock.advanceAsync(120_000);
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(waits[0]).toBeLessThan(1_500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(waits.at(-1)).toBeGreaterThan(5_000);
  });
});

describe("events that got lost", () => {
  test("everything is looked at again after five minutes", async () => {
    const { take, engine, clock } = await start((engine) => {
      engine.put(A);
      engine.put(B);
    });
    take();
    engine.put(A, { state: "paused" });
    engine.containers.delete(B);
    await clock.advanceAsync(5 * 60_000 - 1);
    await settled();
    expect(take()).toEqual([]);
    await clock.advanceAsync(1);
    await settled();
    expect(take().map(names)).toEqual([
      [[], [B]],
      [["1"], []],
    ]);
    await clock.advanceAsync(5 * 60_000);
    await settled();
    expect(take()).toEqual([]);
  });

  test("one container that cannot be described, or hangs, does not hide the others nor end the session", async () => {
    const codes = ["engine_error", "engine_unreachable"] as const;
    for (const code of codes) {
      const { take, engine } = await start((engine) => {
        engine.put(A);
        engine.put(B);
        engine.inspectError = (id) => (id === A ? new ProtocolError(code, "stuck") : null);
      });
      expect(take().map(names)).toEqual(["connected", ["2"]]);
      expect(engine.isSubscribed).toBe(true);
    }
  });
});
