/**
 * `npm run bench -- <name> [--json FILE] [--while-searching] [--part PART]`: one bench, its table, and its JSON. The figures never change the exit status.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Bench, RUNS } from "./bench.ts";
import { describeMachine } from "./machine.ts";
import { type BenchReport, summarize } from "./summary.ts";
import { renderTable } from "./table.ts";

interface Entry {
  readonly summary: string;
  /** Loaded only when it is asked for: an unknown name costs nothing. */
  readonly load: () => Promise<Bench>;
  /** It knows `--while-searching`. */
  readonly canSearch?: true;
  /** What of it can be run alone, with `--part`. */
  readonly parts?: readonly string[];
}

const BENCHES = new Map<string, Entry>([
  [
    "actions",
    {
      summary: "an action through hub and agent, beside the same call on the engine's socket",
      load: async () => (await import("./actions.ts")).actions,
    },
  ],
  [
    "log-latency",
    {
      summary: "a line from a container to a viewer, through engine, agent and hub",
      load: async () => (await import("./log-latency.ts")).logLatency,
      canSearch: true,
    },
  ],
  [
    "log-throughput",
    {
      summary: "one container at full speed into the hub's store, nothing lost",
      load: async () => (await import("./log-throughput.ts")).logThroughput,
    },
  ],
  [
    "log-fanout",
    { summary: "one log to a hundred viewers", load: async () => (await import("./log-fanout.ts")).logFanout },
  ],
  [
    "log-levels",
    {
      summary: "how many lines are given the level that they state, and what that costs",
      load: async () => (await import("./log-levels.ts")).logLevels,
    },
  ],
  [
    "log-search",
    {
      summary: "a download of a million stored lines and searches over them, with the hub's memory",
      load: async () => (await import("./log-search.ts")).logSearch,
    },
  ],
  [
    "log-store",
    {
      summary: "the log store against one row per line: ingest, size, tail, scan, delete; SQLite and PostgreSQL",
      load: async () => (await import("./log-store.ts")).logStore,
    },
  ],
  [
    "ui-burst",
    {
      summary: "the log page in Chromium under a burst",
      load: async () => (await import("./ui-burst.ts")).uiBurst,
      parts: ["burst", "wrapped", "steady"],
    },
  ],
  [
    "log-retention",
    {
      summary: "the log store driven to three times each of its bounds",
      load: async () => (await import("./log-retention.ts")).logRetention,
    },
  ],
  [
    "agent-footprint",
    {
      summary: "memory and CPU of the bundled agent with 0, 20 and 100 containers",
      load: async () => (await import("./agent-footprint.ts")).agentFootprint,
    },
  ],
]);

const usage = (): string => {
  const width = Math.max(...[...BENCHES.keys()].map((name) => name.length));
  const rows = [...BENCHES].map(([name, { summary, parts }]) => {
    const alone = parts === undefined ? "" : `; parts: ${parts.join(", ")}`;
    return `  ${name.padEnd(width)}  ${summary}${alone}`;
  });
  return ["Usage: npm run bench -- <name> [--json FILE] [--while-searching] [--part PART]", "", ...rows].join("\n");
};

const readArguments = (): {
  readonly name: string;
  readonly entry: Entry;
  readonly json: string | undefined;
  readonly isSearching: boolean;
  readonly part: string | null;
} | null => {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "string" },
        "while-searching": { type: "boolean", default: false },
        part: { type: "string" },
      },
    });
    const [name = ""] = positionals;
    const entry = positionals.length === 1 ? BENCHES.get(name) : undefined;
    const isSearching = values["while-searching"];
    const part = values.part ?? null;
    if (entry === undefined || (isSearching && entry.canSearch !== true)) return null;
    if (part !== null && entry.parts?.includes(part) !== true) return null;
    return { name, entry, json: values.json, isSearching, part };
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
  const { name, entry, json, isSearching, part } = asked;
  const bench = await entry.load();
  const { series, notes } = await bench({
    progress: (sentence) => console.error(`${name}: ${sentence}`),
    isSearching,
    part,
  });
  const report: BenchReport = { name, machine: describeMachine(), results: series.map(summarize) };
  console.log(`${name}, on ${report.machine}\n`);
  console.log(renderTable(report.results));
  console.log(`\nMedians of ${RUNS} runs. ${notes.join("\n")}`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  return 0;
};

// What a bench waits for may be a process that keeps no handle open in this one.
const alive = setInterval(() => {}, 60_000);
process.exitCode = await start();
clearInterval(alive);
