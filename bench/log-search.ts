/** `log-search`: downloads of a million stored lines and searches over them, with the hub's memory while they run. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { LogSearchResponse } from "@yardarm/protocol/api/logs";
import { type Bench, RUNS, type Series } from "./bench.ts";
import { type MemoryCourse, watchMemory } from "./log-search/memory-watch.ts";
import { LINES, LINES_PER_HIT, type MillionLines, NEEDLE, startMillionLines } from "./log-search/million-lines.ts";
import { LatencyHistogram } from "./percentiles.ts";

const run = promisify(execFile);
/** What the memory may grow from the first tenth of a download to its last, and the peak above what the hub has at rest. */
const FLAT_MB = 24;
const PROBES = 200;
/** Whose lines are merged in the last part. */
const MERGED = 20;

interface Session {
  readonly get: (where: string) => Promise<Response>;
}

const seconds = async <Result>(task: () => Promise<Result>): Promise<readonly [Result, number]> => {
  const startedAt = performance.now();
  const result = await task();
  return [result, (performance.now() - startedAt) / 1000];
};

/** Reads an answer to its end without keeping it. */
const drain = async (response: Response): Promise<{ readonly bytes: number; readonly lines: number }> => {
  if (!response.ok || response.body === null) throw new Error(`The hub answered ${response.status}.`);
  let bytes = 0;
  let lines = 0;
  for await (const piece of response.body as ReadableStream<Uint8Array>) {
    bytes += piece.length;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1;
  }
  return { bytes, lines };
};

/** Every hit, page by page; also how many pages it took. */
const searchAll = async (
  { get }: Session,
  query: string,
): Promise<{ readonly hits: number; readonly rawBytes: number }> => {
  let cursor: string | null = null;
  let hits = 0;
  let rawBytes = 0;
  do {
    const answer: Response = await get(
      `/api/logs/search?limit=1000&${query}${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    if (!answer.ok) throw new Error(`The hub answered ${answer.status}: ${await answer.text()}`);
    const page = (await answer.json()) as LogSearchResponse;
    hits += page.items.length;
    rawBytes += page.progress.bytesScanned;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { hits, rawBytes };
};

/** How long the hub takes to say that it lives: what a busy event loop adds for everybody. */
const probe = async (url: string, until: { readonly isOver: boolean }): Promise<LatencyHistogram> => {
  const latencies = new LatencyHistogram();
  while (!until.isOver && latencies.count < PROBES) {
    const startedAt = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    latencies.record((performance.now() - startedAt) * 1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return latencies;
};

interface RunFigures {
  readonly download: { readonly seconds: number; readonly memory: MemoryCourse };
  readonly gzip: { readonly seconds: number; readonly memory: MemoryCourse };
  readonly zcatSeconds: number;
  readonly text: { readonly seconds: number; readonly memory: MemoryCourse };
  readonly grepSeconds: number;
  readonly regexSeconds: number;
  readonly egrepSeconds: number;
  readonly idleMs: number;
  readonly busyMs: number;
}

const expectHits = (hits: number): void => {
  if (hits !== LINES / LINES_PER_HIT) throw new Error(`The search found ${hits} lines of ${LINES / LINES_PER_HIT}.`);
};

const measure = async (million: MillionLines, session: Session): Promise<RunFigures> => {
  const { hub, containerId, gzipFile } = million;
  const { pid } = hub.program();
  const logs = `/api/containers/${containerId}/logs?since=0`;
  const timed = async <Result>(task: () => Promise<Result>) => {
    const { result, memory } = await watchMemory(pid, () => seconds(task));
    return { result: result[0], seconds: result[1], memory };
  };
  const download = await timed(async () => drain(await session.get(`${logs}&download=1`)));
  if (download.result.lines !== LINES) throw new Error(`The download had ${download.result.lines} lines.`);
  const gzip = await timed(async () => drain(await session.get(`${logs}&download=gzip&format=ndjson`)));
  const [, zcatSeconds] = await seconds(() => run("sh", ["-c", `zcat "${gzipFile}" | wc -l`]));
  const needle = encodeURIComponent(NEEDLE);
  const text = await timed(() => searchAll(session, `container=${containerId}&q=${needle}&case=true`));
  expectHits(text.result.hits);
  const [, grepSeconds] = await seconds(() => run("sh", ["-c", `zcat "${gzipFile}" | LC_ALL=C grep -cF "${NEEDLE}"`]));
  const expression = "quota [a-z]+ for tenant [0-9]+$";
  const [regex, regexSeconds] = await seconds(() =>
    searchAll(session, `container=${containerId}&regex=true&q=${encodeURIComponent(expression)}`),
  );
  expectHits(regex.hits);
  const [, egrepSeconds] = await seconds(() => run("sh", ["-c", `zcat "${gzipFile}" | grep -ciE "${expression}"`]));
  const idle = await probe(hub.url, { isOver: false });
  const until = { isOver: false };
  const searching = (async () => {
    while (!until.isOver) await searchAll(session, `container=${containerId}&q=nowhere%20to%20be%20found`);
  })();
  const busy = await probe(hub.url, until);
  until.isOver = true;
  await searching;
  return {
    ...{ download, gzip, zcatSeconds, text, grepSeconds, regexSeconds, egrepSeconds },
    ...{ idleMs: idle.percentileMs(0.99), busyMs: busy.percentileMs(0.99) },
  };
};

interface MergedFigures {
  readonly seconds: number;
  readonly zcatSeconds: number;
  readonly memory: MemoryCourse;
  readonly busyMs: number;
}

/** The same number of lines, of many containers and as one file. */
const measureMerged = async ({ hub, gzipFile }: MillionLines, { get }: Session): Promise<MergedFigures> => {
  const until = { isOver: false };
  const probing = probe(hub.url, until);
  const { result, memory } = await watchMemory(hub.program().pid, () =>
    seconds(async () => drain(await get("/api/logs/download"))),
  );
  until.isOver = true;
  const [{ lines }, downloadSeconds] = result;
  if (lines !== LINES) throw new Error(`The download had ${lines} lines.`);
  const busyMs = (await probing).percentileMs(0.99);
  const [, zcatSeconds] = await seconds(() => run("sh", ["-c", `zcat "${gzipFile}" | wc -l`]));
  return { seconds: downloadSeconds, zcatSeconds, memory, busyMs };
};

const openSession = async ({ hub }: MillionLines): Promise<Session> => {
  const { cookie, url } = await hub.signIn();
  const headers = { cookie: `${cookie.name}=${cookie.value}` };
  return { get: (where) => fetch(`${url}${where}`, { headers }) };
};

/** Opens a hub with the lines, and measures as often as every bench does. */
const measureRuns = async <Figures>(
  progress: (text: string) => void,
  containers: number,
  measureOne: (million: MillionLines, session: Session) => Promise<Figures>,
): Promise<{ readonly runs: readonly Figures[]; readonly megabytes: number }> => {
  progress(`writing ${LINES} lines of ${containers} into a hub's store`);
  await using million = await startMillionLines(containers);
  const session = await openSession(million);
  // Once unmeasured: threads are started, code is warm, the page cache too.
  await drain(await session.get("/api/logs/download"));
  const runs: Figures[] = [];
  for (let number = 1; number <= RUNS; number++) {
    progress(`${containers} containers, run ${number} of ${RUNS}`);
    runs.push(await measureOne(million, session));
  }
  return { runs, megabytes: million.printedBytes / 1e6 };
};

const course = ({ tenths, peakMb }: MemoryCourse): string =>
  `${tenths.map((mb) => mb.toFixed(0)).join(" ")} MB, peak ${peakMb.toFixed(0)} MB`;
const growth = ({ tenths }: MemoryCourse): number => (tenths.at(-1) ?? 0) - (tenths[1] ?? 0);

export const logSearch: Bench = async ({ progress }) => {
  const { runs, megabytes } = await measureRuns(progress, 1, measure);
  const merged = await measureRuns(progress, MERGED, measureMerged);
  const perSecond = (pick: (figures: RunFigures) => number): readonly number[] =>
    runs.map((figures) => megabytes / pick(figures));
  const series: readonly Series[] = [
    {
      ...{ metric: "download as text, against zcat | wc -l", unit: "MB/s" },
      values: perSecond(({ download }) => download.seconds),
      references: perSecond(({ zcatSeconds }) => zcatSeconds),
    },
    { metric: "download as compressed NDJSON", unit: "MB/s", values: perSecond(({ gzip }) => gzip.seconds) },
    {
      ...{ metric: "search for text, all pages, against zcat | grep -F", unit: "MB/s" },
      values: perSecond(({ text }) => text.seconds),
      references: perSecond(({ grepSeconds }) => grepSeconds),
    },
    {
      ...{ metric: "search with an expression, against zcat | grep -iE", unit: "MB/s" },
      values: perSecond(({ regexSeconds }) => regexSeconds),
      references: perSecond(({ egrepSeconds }) => egrepSeconds),
    },
    {
      ...{ metric: "memory growth over a download", unit: "MB", goal: { of: "value", atMost: FLAT_MB } },
      values: runs.map(({ download }) => growth(download.memory)),
    },
    {
      ...{ metric: "memory growth over a search", unit: "MB", goal: { of: "value", atMost: FLAT_MB } },
      values: runs.map(({ text }) => growth(text.memory)),
    },
    {
      ...{ metric: "/healthz p99 while searching, against at rest", unit: "ms" },
      values: runs.map(({ busyMs }) => busyMs),
      references: runs.map(({ idleMs }) => idleMs),
    },
    {
      ...{ metric: `download of ${MERGED} containers as one text, against zcat | wc -l`, unit: "MB/s" },
      values: merged.runs.map((figures) => merged.megabytes / figures.seconds),
      references: merged.runs.map(({ zcatSeconds }) => merged.megabytes / zcatSeconds),
    },
    {
      ...{ metric: `memory growth over a download of ${MERGED} containers`, unit: "MB" },
      ...{ values: merged.runs.map(({ memory }) => growth(memory)), goal: { of: "value", atMost: FLAT_MB } },
    },
    {
      metric: `/healthz p99 during a download of ${MERGED} containers, against at rest`,
      ...{ unit: "ms", values: merged.runs.map(({ busyMs }) => busyMs), references: runs.map(({ idleMs }) => idleMs) },
    },
  ];
  const notes = runs.flatMap(({ download, gzip, text }, index) => [
    `Run ${index + 1}, the hub's memory in tenths of the time: download ${course(download.memory)}; compressed ${course(gzip.memory)}; search ${course(text.memory)}.`,
  ]);
  const mergedNotes = merged.runs.map(
    ({ memory }, index) => `Run ${index + 1} with ${MERGED} containers, memory: ${course(memory)}.`,
  );
  return {
    series,
    notes: [...notes, ...mergedNotes, `${LINES} lines of real logs, ${megabytes.toFixed(0)} MB with their stamps.`],
  };
};
