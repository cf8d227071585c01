/**
 * Containers of several hosts are started, stopped, restarted, paused, resumed and killed by several people through the hub, while
 * hub, agents, engines and links are killed and cut exactly where an action passes. Afterwards every action has had exactly the
 * effect that it was answered with, counted from the engines' own events and, because an engine that is killed forgets, from the
 * calls of the runtime below it; every one is settled, and the audit says the same as the actions.
 */
import { createRandom } from "../../testkit/random.ts";
import type { Temper } from "./actions/acted-container.ts";
import { ActionsWorld, type ActionsWorldOptions } from "./actions/actions-world.ts";
import { type Acted, actUntil } from "./actions/actor.ts";
import { checkAudit } from "./actions/audit-check.ts";
import { strikeUntil } from "./actions/strikes.ts";
import { summarize } from "./actions/summary.ts";
import type { Chaos, ChaosOutcome } from "./chaos.ts";

const OPERATORS = 2;
/** Of each container, however slow the machine. */
const LEAST = 3;
const NOTES = 12;
/** A run of less is the one of the tests. */
const LONG_MS = 60_000;

const tempers = (prompt: number): readonly Temper[] => [
  ...Array.from({ length: prompt }, () => "prompt" as const),
  "slow",
  "stubborn",
];

const SHORT: ActionsWorldOptions = { hosts: 1, operators: OPERATORS, tempers: tempers(6) };
const LONG: ActionsWorldOptions = { hosts: 2, operators: OPERATORS, tempers: tempers(10) };

export const chaosActions: Chaos = async ({ seed, durationMs, progress }): Promise<ChaosOutcome> => {
  const random = createRandom(seed);
  await using world = await ActionsWorld.start(durationMs < LONG_MS ? SHORT : LONG);
  const { session, containers, hosts, people, screen } = world;
  progress(`seed ${seed}: ${hosts.length} hosts, ${containers.length} containers, ${durationMs / 1000} s`);
  const beganMs = performance.now();
  const untilMs = beganMs + durationMs;
  const kills = new Map<string, number>();
  const count = (name: string): void => void kills.set(name, (kills.get(name) ?? 0) + 1);
  const broken: string[] = [];
  const note = (fault: string): void => {
    progress(fault);
    broken.push(fault);
  };
  const [, acted] = await Promise.all([
    Promise.all(
      hosts.map((host) => strikeUntil({ world, host, random: random.fork(host.name), untilMs, count, note })),
    ),
    Promise.all(
      containers.map((known) =>
        actUntil({ ...known, people, screen, random: random.fork(known.container.name), untilMs, least: LEAST }),
      ),
    ),
  ]);
  progress("everything runs again; looking at the audit");
  const deeds = acted.flatMap((one) => one.deeds);
  const known = new Set(deeds.flatMap(({ actionId }) => (actionId === null ? [] : [actionId])));
  const audit = await checkAudit(session, known);

  const sum = (field: Exclude<keyof Acted, "deeds" | "notes">): number =>
    acted.reduce((total, one) => total + one[field], 0);
  const told = new Map<string, number>();
  for (const { events } of hosts) {
    for (const [name, number] of events.totals) told.set(name, (told.get(name) ?? 0) + number);
  }
  const doubled = sum("doubled");
  const lost = sum("missing") + audit.faults.length + broken.length;
  const unsettled = Math.max(deeds.filter(({ state }) => state === "unsettled").length, audit.open);
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, number]) => `${name} ${number}`).join(", ");
  const report = {
    ...{ seed, kills: [...kills.values()].reduce((total, number) => total + number, 0), actions: audit.actions },
    ...{ lost, doubled, unsettled, ok: lost + doubled + unsettled === 0 },
  };
  const notes = [
    ...[...acted.flatMap((one) => one.notes), ...audit.faults, ...broken].slice(0, NOTES),
    ...summarize(acted, kills),
    `the audit says done: ${list(audit.done)}; the engines told: ${list(told)}`,
    `effects compared in ${sum("rounds")} rounds; in ${sum("forgetful")} of them an engine was killed, and the runtime's calls alone are complete; half a restart, and said so: ${sum("halves")}; done by a dying engine that then denied it, and recorded as failed: ${sum("disowned")}; containers that a killed engine could not start any more, made anew: ${sum("replaced")}`,
    `doubled ${doubled}, lost ${sum("missing")}; audit: ${audit.rows} rows verified, ${audit.witnesses} agents as witnesses, faults ${audit.faults.length}`,
    `seed ${seed}, ${Math.round((performance.now() - beganMs) / 1000)} s`,
  ];
  return { report, notes };
};
