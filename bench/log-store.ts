/** `log-store`: the hub's log store against one row per line, over real logs, on SQLite and on PostgreSQL. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { startPostgres } from "@yardarm/testkit/postgres";
import { createDatabase } from "@yardarm/testkit/postgres-database";
import { processTreeNaming } from "@yardarm/testkit/process-tree";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { openPool, queryRows } from "../hub/logs/postgres/pg-client.ts";
import { openPgLogStore } from "../hub/logs/postgres/pg-log-store.ts";
import { SqliteLogStore } from "../hub/logs/sqlite/sqlite-log-store.ts";
import { after } from "../hub/timers.ts";
import { type Bench, type BenchContext, RUNS, type Series } from "./bench.ts";
import { openPgRows, openSqliteRows } from "./log-store/line-rows.ts";
import {
  type CpuSeconds,
  compactAll,
  dayMs,
  measureRows,
  measureStore,
  type RunFigures,
} from "./log-store/measure-store.ts";
import { type Corpus, makeCorpus } from "./log-store/sample-corpus.ts";
import { readCpuSeconds } from "./process/process-usage.ts";

const LINES = 1_000_000;
/** One row per line takes PostgreSQL minutes. */
const PG_LINES = 300_000;
const START_MS = Date.UTC(2026, 5, 1, 12);

interface Pair {
  readonly store: RunFigures;
  readonly rows: RunFigures;
}

const ownCpu: CpuSeconds = async () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const bytesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "reserve")
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);

const runSqlite = async (corpus: Corpus): Promise<Pair> => {
  const directory = await makeTempDir("bench-log-store");
  try {
    let nowMs = START_MS;
    const store = new SqliteLogStore({ directory: path.join(directory.path, "logs"), nowMs: () => nowMs, after });
    const figures = await measureStore(
      {
        store,
        nowMs: () => nowMs,
        nextDay: () => {
          nowMs += dayMs;
        },
        bytes: async () => bytesIn(path.join(directory.path, "logs")),
      },
      corpus,
      ownCpu,
    );
    await store.close();
    const rows = openSqliteRows(path.join(directory.path, "rows.db"));
    const reference = await measureRows(rows, corpus, ownCpu);
    await rows.close();
    return { store: figures, rows: reference };
  } finally {
    await directory.remove();
  }
};

/** Bytes that the samples take, each once as it is, a day later and compacted. */
const bytesOnce = async (corpus: Corpus): Promise<number> => {
  const directory = await makeTempDir("bench-log-store");
  try {
    let nowMs = START_MS;
    const store = new SqliteLogStore({ directory: directory.path, nowMs: () => nowMs, after });
    const all = corpus.containers.flatMap(({ commits }) => commits);
    const [first] = corpus.containers[0]?.commits ?? [];
    for (const commit of all) await store.append(commit);
    nowMs += dayMs;
    // Only a day that is over is compacted to the end; a line of another org's would not end it.
    if (first === undefined) throw new Error("There are no samples.");
    const other = { ...first, containerId: "ctr_0000000other" as typeof first.containerId };
    await store.append(other);
    const [organization = ""] = readdirSync(directory.path).filter((name) => name !== "reserve");
    await compactAll(store);
    await store.close();
    const days = readdirSync(path.join(directory.path, organization)).sort();
    return statSync(path.join(directory.path, organization, days[0] ?? "")).size;
  } finally {
    await directory.remove();
  }
};

const runPostgres = async (corpus: Corpus): Promise<readonly Pair[]> => {
  await using cluster = await startPostgres();
  const cpu: CpuSeconds = async () => {
    const servers = await processTreeNaming(cluster.directory);
    const seconds = await Promise.all(servers.map((pid) => readCpuSeconds(pid).catch(() => 0)));
    return seconds.reduce((sum, value) => sum + value, await ownCpu());
  };
  const pairs: Pair[] = [];
  for (let run = 0; run < RUNS; run++) {
    await using database = await createDatabase(cluster.address);
    const pool = openPool(database.url, 1);
    let nowMs = START_MS;
    const store = await openPgLogStore({ url: database.url, nowMs: () => nowMs, after });
    const figures = await measureStore(
      {
        store,
        nowMs: () => nowMs,
        nextDay: () => {
          nowMs += dayMs;
        },
        bytes: async () => {
          // What compaction replaced is free space within the files until the server tidies up.
          await queryRows(pool, "VACUUM FULL log_pack", []);
          const rows = await queryRows<{ n: string }>(
            pool,
            "SELECT sum(pg_total_relation_size(relid)) AS n FROM pg_partition_tree('log_pack') WHERE isleaf",
            [],
          );
          return Number(rows[0]?.n);
        },
      },
      corpus,
      cpu,
    );
    await store.close();
    const reference = await measureRows(await openPgRows(pool), corpus, cpu);
    await pool.end();
    pairs.push({ store: figures, rows: reference });
  }
  return pairs;
};

const seriesOf = (engine: string, pairs: readonly Pair[], corpus: Corpus, hasGoals: boolean): readonly Series[] => {
  const of = (
    metric: string,
    unit: string,
    figure: (figures: RunFigures) => number,
    goal?: Series["goal"],
  ): Series => ({
    metric: `${engine}: ${metric}`,
    unit,
    values: pairs.map(({ store }) => figure(store)),
    references: pairs.map(({ rows }) => figure(rows)),
    ...(goal === undefined || !hasGoals ? {} : { goal }),
  });
  const { references: _, ...compaction } = of(
    "compaction CPU",
    "s/M lines",
    (figures) => figures.compactionCpuPerMillion,
  );
  return [
    of("durable ingest", "lines/s/core", ({ linesPerCpuSecond }) => linesPerCpuSecond, {
      of: "value",
      atLeast: 400_000,
    }),
    of("durable ingest, wall clock", "lines/s", ({ linesPerSecond }) => linesPerSecond),
    compaction,
    of("size, samples repeated with random digits", "of docker logs -t", ({ bytes }) => bytes / corpus.printedBytes),
    of("last 1,000 lines", "ms", ({ tailMs }) => tailMs, { of: "value", atMost: 5 }),
    of("substring scan", "GB text/s/core", ({ scanGbPerCpuSecond }) => scanGbPerCpuSecond, {
      of: "value",
      atLeast: 0.6,
    }),
    of("substring scan of everything", "ms", ({ scanMs }) => scanMs),
    of("delete the oldest tenth", "ms", ({ deleteMs }) => deleteMs),
  ];
};

const checkFound = (pairs: readonly Pair[]): void => {
  for (const { store, rows } of pairs) {
    // The store counts hits and the rows lines; the needle comes once a line.
    if (store.found !== rows.found || store.found === 0)
      throw new Error(`Found ${store.found} and ${rows.found} lines.`);
  }
};

export const logStore: Bench = async ({ progress }: BenchContext) => {
  progress("the samples are read and blown up");
  const once = makeCorpus("once");
  const corpus = makeCorpus(LINES);
  const sqlite: Pair[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    progress(`SQLite, run ${run + 1} of ${RUNS}`);
    ratios.push((await bytesOnce(once)) / once.printedBytes);
    sqlite.push(await runSqlite(corpus));
  }
  progress("PostgreSQL");
  const pgCorpus = makeCorpus(PG_LINES);
  const postgres = await runPostgres(pgCorpus);
  checkFound([...sqlite, ...postgres]);
  return {
    series: [
      {
        metric: "SQLite: size, every sample once as it is",
        unit: "of docker logs -t",
        values: ratios,
        goal: { of: "value", atMost: 1 / 8 },
      },
      ...seriesOf("SQLite", sqlite, corpus, true),
      ...seriesOf("PostgreSQL", postgres, pgCorpus, false),
    ],
    notes: [
      `Eight real logs (${once.lines.toLocaleString("en")} lines), once as they are for the size, and repeated to ${LINES.toLocaleString("en")} lines (PostgreSQL: ${PG_LINES.toLocaleString("en")}) with every digit at random and random stamps, which compresses worse than any of them.`,
      "The reference is one row per line in the same engine, the same run. CPU counts every thread, and PostgreSQL's server.",
      "Tails are medians of 20, scans of 3 after one that does not count: the threads of a hub run, and its code is warm.",
      "Ingest is the commit of batches as agents send them; compaction comes later and is listed on its own. PostgreSQL runs without fsync here.",
    ],
  };
};
