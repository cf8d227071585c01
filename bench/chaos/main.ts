/**
 * `npm run chaos -- <name> --minutes N --seed S [--source file|api] [--database sqlite|postgres] [--kills N] [--json FILE]`: breaks things at
 * random for N minutes (or, where only kills count, N times) and looks whether what was promised still holds. The seed is the schedule. Exit
 * status 1 when it does not hold.
 */
import { randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { buildPrograms } from "../chain/prepare.ts";
import type { Chaos } from "./chaos.ts";

interface Entry {
  readonly summary: string;
  /** Loaded only when it is asked for. */
  readonly load: () => Promise<Chaos>;
  /** It runs from the sources and needs no built programs. */
  readonly isUnbuilt?: true;
}

const PROGRAMS = new Map<string, Entry>([
  [
    "actions",
    {
      summary: "hub, agent, engine and link, killed and cut at every place that an action passes; all six verbs",
      load: async () => (await import("./actions.ts")).chaosActions,
    },
  ],
  [
    "logs",
    {
      summary: "agent, hub, engine, network, containers and viewers, while containers print numbered lines",
      load: async () => (await import("./logs.ts")).chaosLogs,
    },
  ],
  [
    "rotation",
    {
      summary: "logs that rotate, through every source, beside a bare follow; the same every time",
      load: async () => (await import("./rotation.ts")).chaosRotation,
    },
  ],
  [
    "store",
    {
      summary: "the log store's process, killed while it commits and compacts (--kills, 200 unless told)",
      load: async () => (await import("./store.ts")).chaosStore,
      isUnbuilt: true,
    },
  ],
]);

const HIGHEST_SEED = 2 ** 32 - 1;

const usage = (): string => {
  const rows = [...PROGRAMS].map(([name, { summary }]) => `  ${name}  ${summary}`);
  return [
    "Usage: npm run chaos -- <name> [--minutes N] [--seed S] [--source file|api] [--database sqlite|postgres] [--kills N] [--json FILE]",
    "",
    ...rows,
  ].join("\n");
};

interface Asked {
  readonly name: string;
  readonly entry: Entry;
  readonly minutes: number;
  readonly seed: number;
  readonly source: "file" | "api";
  readonly database: "sqlite" | "postgres";
  readonly kills: number | undefined;
  readonly json: string | undefined;
}

const readArguments = (): Asked | null => {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: "string" },
        seed: { type: "string" },
        source: { type: "string", default: "file" },
        database: { type: "string", default: "sqlite" },
        kills: { type: "string" },
        json: { type: "string" },
      },
    });
    const [name = ""] = positionals;
    const entry = positionals.length === 1 ? PROGRAMS.get(name) : undefined;
    const minutes = Number(values.minutes ?? "1");
    const seed = Number(values.seed ?? String(randomInt(HIGHEST_SEED)));
    const isValid = minutes > 0 && Number.isFinite(minutes) && Number.isInteger(seed) && seed >= 0;
    const { source, database, json } = values;
    const kills = values.kills === undefined ? undefined : Number(values.kills);
    if (kills !== undefined && !(Number.isInteger(kills) && kills > 0)) return null;
    if (entry === undefined || !isValid || seed > HIGHEST_SEED || (source !== "file" && source !== "api")) return null;
    if (database !== "sqlite" && database !== "postgres") return null;
    return { name, entry, minutes, seed, source, database, kills, json };
  } catch {
    return null; // an option that does not exist
  }
};

const start = async (): Promise<number> => {
  const asked = readArguments();
  if (asked === null) {
    console.error(usage());
    return 2;
  }
  const { name, entry, minutes, seed, source, database, kills, json } = asked;
  if (entry.isUnbuilt !== true) await buildPrograms();
  const chaos = await entry.load();
  const progress = (sentence: string): void => console.error(`${name}: ${sentence}`);
  const { report, notes } = await chaos({
    seed,
    source,
    database,
    durationMs: minutes * 60_000,
    progress,
    ...(kills === undefined ? {} : { kills }),
  });
  for (const note of notes) console.log(note);
  console.log(JSON.stringify(report));
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
};

// What this waits for may be a process that keeps no handle open in this one.
const alive = setInterval(() => {}, 60_000);
process.exitCode = await start();
clearInterval(alive);
