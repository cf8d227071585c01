/** Carries out a plan of faults: those of one target one after the other, those of different targets whenever they fall. */
import { setTimeout as delay } from "node:timers/promises";
import { type Fault, faultName } from "./fault-plan.ts";

/** What can be broken. Each resolves when the thing runs again. */
export interface Breakables {
  process(fault: Extract<Fault, { target: "agent" | "hub" | "engine" }>): Promise<void>;
  network(fault: Extract<Fault, { target: "network" }>): Promise<void>;
  viewer(fault: Extract<Fault, { target: "viewer" }>): Promise<void>;
  /** `recreation`: the container is replaced by another one of the same name. */
  container(fault: Extract<Fault, { target: "container" | "recreation" }>): Promise<void>;
}

/** Containers wait for their engine. */
const laneOf = (fault: Fault): string => {
  if (fault.target === "container" || fault.target === "recreation") return "engine";
  return fault.target === "viewer" ? `viewer ${fault.index}` : fault.target;
};

/**
 * Resolves, when everything is mended, with how often each kind of fault happened. A machine that is slow to mend things
 * falls behind the plan; what has not begun after `durationMs` does not happen.
 */
export const runFaults = async (
  plan: readonly Fault[],
  breakables: Breakables,
  durationMs: number,
): Promise<ReadonlyMap<string, number>> => {
  const lanes = new Map<string, Fault[]>();
  for (const fault of plan) {
    const lane = lanes.get(laneOf(fault)) ?? [];
    lane.push(fault);
    lanes.set(laneOf(fault), lane);
  }
  const counts = new Map<string, number>();
  const beganMs = performance.now();
  const runLane = async (faults: readonly Fault[]): Promise<void> => {
    for (const fault of faults) {
      await delay(Math.max(0, fault.atMs - (performance.now() - beganMs)));
      if (performance.now() - beganMs > durationMs) return;
      counts.set(faultName(fault), (counts.get(faultName(fault)) ?? 0) + 1);
      await run(fault, breakables);
    }
  };
  await Promise.all([...lanes.values()].map(runLane));
  return counts;
};

const run = (fault: Fault, breakables: Breakables): Promise<void> => {
  switch (fault.target) {
    case "agent":
    case "hub":
    case "engine":
      return breakables.process(fault);
    case "network":
      return breakables.network(fault);
    case "viewer":
      return breakables.viewer(fault);
    case "container":
    case "recreation":
      return breakables.container(fault);
  }
};
