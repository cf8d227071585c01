/**
 * Containers print numbered lines on a real engine while agent, hub, engine, network, containers and viewers are killed,
 * cut and stalled, and containers are replaced by others of the same name. Afterwards store and viewers must hold exactly what the engine had, each line once, in order per
 * stream; what the engine rotated away before it could be read, a loss record must say at that very place.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "../../testkit/random.ts";
import type { Chaos, ChaosOutcome } from "./chaos.ts";
import type { ChaosViewer } from "./chaos-viewer.ts";
import { ChaosWorld, VIEWER_COUNT } from "./chaos-world.ts";
import { planFaults } from "./fault-plan.ts";
import { runFaults } from "./fault-runner.ts";
import { judge, type Verdict } from "./verdict.ts";
import { hasArrived, type WatchedWriter } from "./watched-writer.ts";
import { WRITER_COUNT } from "./writers.ts";

/** An agent may have backed off for up to a minute (HOST-08), and then has to catch up. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 500;

export const chaosLogs: Chaos = async ({
  seed,
  source,
  database = "sqlite",
  durationMs,
  progress,
}): Promise<ChaosOutcome> => {
  const beganMs = performance.now();
  const plan = planFaults(createRandom(seed), { durationMs, viewers: VIEWER_COUNT, containers: WRITER_COUNT });
  await using world = await ChaosWorld.start({ source, database });
  progress(`seed ${seed}: ${plan.length} faults in ${durationMs / 1000} s`);
  const counts = await runFaults(plan, world.breakables, durationMs);
  await delay(Math.max(0, durationMs - (performance.now() - beganMs)));
  await world.stopWriters();
  const written = world.generations.reduce((sum, { witness }) => sum + witness.lines, 0);
  progress(`${written} lines are in the engine's logs; waiting until all of them have arrived`);

  let unsettled = 0;
  {
    using reader = world.openViewer("reader of what arrived");
    unsettled += (await settled(world.generations, (writer) => hasArrived(writer, reader), progress)).length;
  }
  // Read again from a hub that has nothing in memory: what it shows now was stored.
  await world.hub.program().stop();
  await world.hub.restart();
  using stored = world.openViewer("reader of the store");
  unsettled += (await settled(world.generations, (writer) => hasArrived(writer, stored), progress)).length;
  const late = await settled(world.viewers, (viewer) => hasSame(viewer, stored), progress);
  unsettled += late.length;

  const verdicts = world.generations.map(({ name, containerId, witness }) => ({
    name,
    verdict: judge(witness.log, stored.log(containerId).items()),
  }));
  const sum = (field: Exclude<keyof Verdict, "firstFault">): number =>
    verdicts.reduce((total, { verdict }) => total + verdict[field], 0);
  const differences = world.viewers
    .filter((viewer) => !late.includes(viewer))
    .flatMap((viewer) => compare(viewer, stored));
  const faults = [...world.faults, ...[...world.viewers, stored].flatMap((viewer) => viewer.faults)];
  const lost = sum("lost");
  const doubled = sum("doubled") + sum("disordered") + sum("foreign") + differences.length + faults.length;
  const kills = [...counts.values()].reduce((total, count) => total + count, 0);
  const report = { seed, kills, lost, doubled, unsettled, ok: lost + doubled + unsettled === 0 };
  const notes = [
    `killed and cut: ${[...counts]
      .map(([name, count]) => `${name} ${count}`)
      .sort()
      .join(", ")}`,
    `${written} lines in ${world.generations.reduce((files, { witness }) => files + witness.files, 0)} files, ${sum("declared")} of them rotated away and declared; lost ${lost}, twice ${sum("doubled")}, out of order ${sum("disordered")}, not the engine's ${sum("foreign")}; rests of lines ${sum("rests")}`,
    `${world.generations.length} containers of ${WRITER_COUNT} names; missing and declared of each: ${declaredByName(world.generations, verdicts)}`,
    `viewers connected ${world.viewers.map(({ connections }) => connections).join(", ")} times`,
    `seed ${seed}, source ${source}, hub on ${database}, ${Math.round((performance.now() - beganMs) / 1000)} s`,
    ...verdicts.flatMap(({ name, verdict: { firstFault } }) => (firstFault === null ? [] : [`${name}: ${firstFault}`])),
    ...[...faults, ...differences].slice(0, 10),
    ...late.map((viewer) => `${viewer.name} did not come to rest: ${describeRest(viewer, stored)}`),
  ];
  return { report, notes };
};

/** `steady 0 of 1200, rotating 300 of 9000`. */
const declaredByName = (
  generations: readonly WatchedWriter[],
  verdicts: readonly { readonly verdict: Verdict }[],
): string => {
  const sums = new Map<string, { declared: number; lines: number }>();
  for (const [index, { name, witness }] of generations.entries()) {
    const sum = sums.get(name) ?? { declared: 0, lines: 0 };
    sums.set(name, {
      declared: sum.declared + (verdicts[index]?.verdict.declared ?? 0),
      lines: sum.lines + witness.lines,
    });
  }
  return [...sums].map(([name, { declared, lines }]) => `${name} ${declared} of ${lines}`).join(", ");
};

/** Those that did not satisfy the condition while there was patience. */
const settled = async <Item extends { readonly name: string }>(
  items: readonly Item[],
  isSettled: (item: Item) => boolean,
  progress: (sentence: string) => void,
): Promise<readonly Item[]> => {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const waiting = items.filter((item) => !isSettled(item));
    if (waiting.length === 0) return [];
    if (performance.now() > deadlineMs) {
      progress(`not settled: ${waiting.map(({ name }) => name).join(", ")}`);
      return waiting;
    }
    await delay(LOOK_EVERY_MS);
  }
};

const hasSame = (viewer: ChaosViewer, stored: ChaosViewer): boolean =>
  viewer.containerIds.every((containerId) => {
    const log = viewer.log(containerId);
    return log.resume !== null && log.isComplete && log.endSeq === stored.log(containerId).endSeq;
  });

/** A sentence for each log of which the viewer shows something else than is stored. */
const compare = (viewer: ChaosViewer, stored: ChaosViewer): readonly string[] =>
  viewer.containerIds.flatMap((containerId) => {
    const log = viewer.log(containerId);
    for (let seq = log.firstSeq; seq < log.endSeq; seq++) {
      if (JSON.stringify(log.item(seq)) === JSON.stringify(stored.log(containerId).item(seq))) continue;
      return [`${viewer.name} shows something else than is stored at seq ${seq} of ${containerId}`];
    }
    return [];
  });

const describeRest = (viewer: ChaosViewer, stored: ChaosViewer): string =>
  viewer.containerIds
    .map((containerId) => {
      const { firstSeq, endSeq, size } = viewer.log(containerId);
      return `${firstSeq}–${endSeq} (${size} of ${endSeq - firstSeq}), stored to ${stored.log(containerId).endSeq}`;
    })
    .join("; ");
