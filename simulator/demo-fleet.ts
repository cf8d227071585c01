import path from "node:path";
import { NS_PER_SECOND, type SimulatorClock, systemClock } from "./clock.ts";
import { DemoActor } from "./demo/demo-actor.ts";
import type { DemoContainer, DemoHost } from "./demo/demo-container.ts";
import { DEMO_HOSTS } from "./demo/demo-hosts.ts";
import { LineClock } from "./demo/line-clock.ts";
import { DOCKER_24_0, DOCKER_28 } from "./engine-profile.ts";
import type { LogHistory } from "./logs/log-store.ts";
import { seedFrom } from "./noise.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

export interface DemoFleetHost {
  readonly name: string;
  /** Where its engine listens: run one agent against it. */
  readonly socketPath: string;
  readonly engine: SimulatedEngine;
}

export interface DemoFleet {
  readonly hosts: readonly DemoFleetHost[];
  stop(): Promise<void>;
}

/** The hosts that `startDemoFleet` starts. */
export const DEMO_HOST_NAMES: readonly string[] = DEMO_HOSTS.map(({ name }) => name);

const GIB = 1024 ** 3;
const HOUR_NS = 3600n * NS_PER_SECOND;
const DAY_NS = 24n * HOUR_NS;
const TICK_MS = 200;
/** Lines that every container already has when the fleet starts. */
const HISTORY_LINES = 1500;

/**
 * Starts the simulated fleet of `--demo`: six engines on unix sockets in `directory` (which MUST exist; its path has to
 * leave room for `/edge-1.sock` within 107 bytes). With the same seed ids and log lines are the same again, so that a
 * fleet that was stopped continues its own logs.
 */
export const startDemoFleet = async (options: {
  readonly directory: string;
  readonly seed: number;
  readonly clock?: SimulatorClock;
}): Promise<DemoFleet> => {
  const clock = options.clock ?? systemClock();
  const hosts: DemoFleetHost[] = [];
  const actors: DemoActor[] = [];
  let cancelTick = (): void => {};
  const stop = async (): Promise<void> => {
    cancelTick();
    for (const { engine } of hosts) await engine.close();
  };
  try {
    for (const host of DEMO_HOSTS) {
      const socketPath = path.join(options.directory, `${host.name}.sock`);
      const engine = createEngine(host, { seed: options.seed, socketPath, clock });
      hosts.push({ name: host.name, socketPath, engine });
      actors.push(...populate(engine, host, { seed: options.seed, clock }));
      await engine.listen();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const tick = (): void => {
    const nowNs = clock.nowNs();
    for (const actor of actors) actor.tick(nowNs);
    cancelTick = clock.setTimer(TICK_MS, tick);
  };
  tick();
  return { hosts, stop };
};

interface FleetTime {
  readonly seed: number;
  readonly clock: SimulatorClock;
}

const createEngine = (host: DemoHost, options: FleetTime & { readonly socketPath: string }): SimulatedEngine =>
  new SimulatedEngine({
    name: `${host.name}-simulated`,
    seed: options.seed,
    address: { socketPath: options.socketPath },
    clock: options.clock,
    profile: host.name.startsWith("app") ? DOCKER_24_0 : DOCKER_28,
    cpus: host.cpus,
    memoryBytes: host.memoryGib * GIB,
    labels: host.labels,
    bootedNs: lastMidnightNs(options.clock) - 70n * DAY_NS,
  });

const populate = (engine: SimulatedEngine, host: DemoHost, time: FleetTime): DemoActor[] => {
  const actors = new Map<string, DemoActor>();
  engine.events.subscribe(({ type, action, id }) => {
    const actor = type === "container" ? actors.get(id) : undefined;
    if (action === "start") actor?.started();
    if (action === "die") actor?.ended();
  });
  for (const demo of host.containers) {
    const lines = new LineClock(demo.program, seedFrom(time.seed, host.name, demo.spec.name));
    const actor = createActor(engine, demo, { lines, clock: time.clock });
    actors.set(actor.container.id, actor);
    giveState(actor, demo, time.clock);
  }
  // All this was long ago: whoever asks for past events is not told that it happened just now.
  engine.events.forget();
  return [...actors.values()];
};

const lastMidnightNs = (clock: SimulatorClock): bigint => {
  const nowNs = clock.nowNs();
  return nowNs - (nowNs % DAY_NS);
};

/** So long before the last midnight: a fixed point in time, the same however often the fleet is started that day. */
const hoursAgoNs = (clock: SimulatorClock, hours: number): bigint =>
  lastMidnightNs(clock) - BigInt(Math.round(hours * 3600)) * NS_PER_SECOND;

const createActor = (
  engine: SimulatedEngine,
  demo: DemoContainer,
  { lines, clock }: { readonly lines: LineClock; readonly clock: SimulatorClock },
): DemoActor => {
  const { past, spec, program } = demo;
  const endedNs = past?.ended === undefined ? clock.nowNs() : hoursAgoNs(clock, past.ended.hoursAgo);
  const nextSlot = lines.slotAfter(endedNs);
  const hasHistory = past !== undefined && program.crash === undefined;
  const startedNs = past === undefined ? clock.nowNs() : hoursAgoNs(clock, past.startedHoursAgo);
  const logs = hasHistory ? { logs: { history: historyBefore(nextSlot, lines, startedNs) } } : {};
  const container = engine.create({ ...spec, ...logs }, { createdNs: startedNs - 2n * NS_PER_SECOND });
  return new DemoActor({ container, program, lines, clock, nextSlot });
};

const historyBefore = (nextSlot: number, lines: LineClock, startedNs: bigint): LogHistory => {
  const firstSlot = Math.max(nextSlot - HISTORY_LINES, lines.slotAfter(startedNs));
  return {
    lines: nextSlot - firstSlot,
    firstTsNs: BigInt(firstSlot) * lines.intervalNs,
    intervalNs: lines.intervalNs,
    line: (index) => ({ ...lines.line(firstSlot + index), offsetNs: lines.offsetNs(firstSlot + index) }),
  };
};

const giveState = ({ container }: DemoActor, { past, program }: DemoContainer, clock: SimulatorClock): void => {
  if (past === undefined) return;
  if (program.crash !== undefined) {
    container.start();
    return;
  }
  const { ended } = past;
  container.assume({
    startedNs: hoursAgoNs(clock, past.startedHoursAgo),
    ...(ended === undefined
      ? {}
      : {
          finishedNs: hoursAgoNs(clock, ended.hoursAgo),
          exitCode: ended.exitCode,
          isOomKilled: ended.isOomKilled ?? false,
        }),
  });
  if (past.isPaused === true) container.pause();
};
