/** What is broken when: a pure function of the seed, so that a seed is a schedule. */
import type { Random } from "../../testkit/random.ts";

export type Signal = "SIGKILL" | "SIGTERM";

export type Fault =
  | { readonly atMs: number; readonly target: "agent" | "hub"; readonly signal: Signal; readonly downMs: number }
  | {
      readonly atMs: number;
      readonly target: "engine";
      readonly signal: Signal;
      readonly downMs: number;
      /** It happens at the moment in which the engine rotates a log. */
      readonly inRotation: boolean;
    }
  | { readonly atMs: number; readonly target: "network"; readonly way: "cut" | "half-close" }
  | { readonly atMs: number; readonly target: "network"; readonly way: "stall"; readonly forMs: number }
  | { readonly atMs: number; readonly target: "viewer"; readonly index: number; readonly way: "cut" }
  | {
      readonly atMs: number;
      readonly target: "viewer";
      readonly index: number;
      readonly way: "stall";
      readonly forMs: number;
    }
  | {
      readonly atMs: number;
      readonly target: "container" | "recreation";
      readonly index: number;
      readonly signal: Signal;
    };

export interface PlanOptions {
  readonly durationMs: number;
  readonly viewers: number;
  readonly containers: number;
}

interface Rhythm {
  /** Time between two faults of one kind. */
  readonly fromMs: number;
  readonly toMs: number;
}

const RHYTHMS = {
  agent: { fromMs: 3_000, toMs: 14_000 },
  hub: { fromMs: 5_000, toMs: 16_000 },
  engine: { fromMs: 9_000, toMs: 28_000 },
  network: { fromMs: 2_500, toMs: 9_000 },
  viewer: { fromMs: 800, toMs: 4_000 },
  container: { fromMs: 6_000, toMs: 15_000 },
  recreation: { fromMs: 8_000, toMs: 16_000 },
} satisfies Readonly<Record<Fault["target"], Rhythm>>;

const LONGEST_DOWN_MS = { agent: 2_500, hub: 1_500, engine: 1_500 } as const;

/** Every kind of fault has its own sequence of random numbers: one more of a kind moves none of another. */
export const planFaults = (random: Random, options: PlanOptions): readonly Fault[] => {
  const faults: Fault[] = [];
  for (const target of ["agent", "hub", "engine", "network", "viewer", "container", "recreation"] as const) {
    const own = random.fork(target);
    const { fromMs, toMs } = RHYTHMS[target];
    for (let atMs = own.int(fromMs / 2, toMs); atMs < options.durationMs; atMs += own.int(fromMs, toMs)) {
      faults.push(makeFault(own, target, atMs, options));
    }
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
};

const makeFault = (random: Random, target: Fault["target"], atMs: number, options: PlanOptions): Fault => {
  const signal: Signal = random.chance(0.65) ? "SIGKILL" : "SIGTERM";
  switch (target) {
    case "agent":
    case "hub":
      return { atMs, target, signal, downMs: random.int(0, LONGEST_DOWN_MS[target]) };
    case "engine": {
      const downMs = random.int(0, LONGEST_DOWN_MS[target]);
      return { atMs, target, signal, downMs, inRotation: random.chance(0.5) };
    }
    case "network": {
      const way = random.pick(["cut", "cut", "half-close", "stall"] as const);
      return way === "stall" ? { atMs, target, way, forMs: random.int(500, 6_000) } : { atMs, target, way };
    }
    case "viewer": {
      const index = random.int(0, options.viewers - 1);
      return random.chance(0.6)
        ? { atMs, target, index, way: "cut" }
        : { atMs, target, index, way: "stall", forMs: random.int(500, 5_000) };
    }
    case "container":
    case "recreation":
      return { atMs, target, index: random.int(0, options.containers - 1), signal };
  }
};

/** `agent SIGKILL`, `network stall`: how a fault is counted. */
export const faultName = (fault: Fault): string => {
  const name = `${fault.target} ${"signal" in fault ? fault.signal : fault.way}`;
  return "inRotation" in fault && fault.inRotation ? `${name} in a rotation` : name;
};
