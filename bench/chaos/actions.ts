/**
 * Containers are started, stopped, restarted and killed through the hub while hub, agent, engine and network are killed and cut.
 * Afterwards every action has had exactly the effect that it was answered with, which the containers themselves wrote down;
 * every one is settled, and the audit says the same as the actions.
 */
import { createRandom } from "../../testkit/random.ts";
import { ActionsWorld } from "./actions/actions-world.ts";
import { actUntil } from "./actions/actor.ts";
import { checkAudit } from "./actions/audit-check.ts";
import type { Chaos, ChaosOutcome } from "./chaos.ts";
import { planFaults } from "./fault-plan.ts";
import { runFaults } from "./fault-runner.ts";

const CONTAINERS = 6;
/** Of each container, however slow the machine. */
const LEAST = 5;
const NOTES = 12;
const BROKEN = new Set(["agent", "hub", "engine", "network"]);

export const chaosActions: Chaos = async ({ seed, durationMs, progress }): Promise<ChaosOutcome> => {
  const random = createRandom(seed);
  // Plans are made for viewers and writers as well; here there are none.
  const plan = planFaults(random, { durationMs, viewers: 1, containers: 1 }).filter(({ target }) => BROKEN.has(target));
  await using world = await ActionsWorld.start(CONTAINERS);
  const { session, containers } = world;
  progress(`seed ${seed}: ${plan.length} faults in ${durationMs / 1000} s`);
  const beganMs = performance.now();
  const untilMs = beganMs + durationMs;
  const [counts, ...acted] = await Promise.all([
    runFaults(plan, world.breakables, durationMs),
    ...containers.map((known) =>
      actUntil({ ...known, session, random: random.fork(known.container.name), untilMs, least: LEAST }),
    ),
  ]);
  progress("everything runs again; looking at the audit");
  const known = new Set(acted.flatMap(({ actionIds }) => [...actionIds]));
  const audit = await checkAudit(session, known);

  const sum = (field: "doubled" | "missing" | "unsettled"): number =>
    acted.reduce((total, one) => total + one[field], 0);
  const outcomes = new Map<string, number>();
  for (const one of acted) {
    for (const [name, count] of one.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
  }
  const kills = [...counts.values()].reduce((total, count) => total + count, 0);
  const doubled = sum("doubled");
  const lost = sum("missing") + audit.faults.length;
  const unsettled = Math.max(sum("unsettled"), audit.open);
  const report = {
    ...{ seed, kills, actions: audit.actions, lost, doubled, unsettled },
    ok: lost + doubled + unsettled === 0,
  };
  const list = (counted: ReadonlyMap<string, number>): string =>
    [...counted]
      .map(([name, count]) => `${name} ${count}`)
      .sort()
      .join(", ");
  const notes = [
    `killed and cut: ${list(counts)}`,
    `answers: ${list(outcomes)}`,
    `${audit.actions} actions; effects that were answered and are not there ${sum("missing")}, effects beyond the answers ${doubled}, faults of the audit ${audit.faults.length}`,
    `seed ${seed}, ${Math.round((performance.now() - beganMs) / 1000)} s`,
    ...[...acted.flatMap((one) => one.notes), ...audit.faults].slice(0, NOTES),
  ];
  return { report, notes };
};
