/** `log-search`: a download of a million stored lines and searches over them, with the hub's memory while they run. */
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

const course = ({ tenths, peakMb }: MemoryCourse): string =>
  `${tenths.map((mb) => mb.toFixed(0)).join(" ")} MB, peak ${peakMb.toFixed(0)} MB`;
const growth = ({ tenths }: MemoryCourse): number => (tenths.at(-1) ?? 0) - (tenths[1] ?? 0);

export const logSearch: Bench = async ({ progress }) => {
  progress(`writing ${LINES} lines into a hub's store`);
  await using million = await startMillionLines();
  const { cookie, url } = await million.hub.signIn();
  const headers = { cookie: `${cookie.name}=${cookie.value}` };
  const session: Session = { get: (where) => fetch(`${url}${where}`, { headers }) };
  // Once unmeasured: threads are started, code is warm, the page cache too.
  await drain(await session.get(`/api/containers/${million.containerId}/logs?since=0`));
  const runs: RunFigures[] = [];
  for (let number = 1; number <= RUNS; number++) {
    progress(`run ${number} of ${RUNS}`);
    runs.push(await measure(million, session));
  }
  const megabytes = million.printedBytes / 1e6;
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
  ];
  const notes = runs.flatMap(({ download, gzip, text }, index) => [
    `Run ${index + 1}, the hub's memory in tenths of the time: download ${course(download.memory)}; compressed ${course(gzip.memory)}; search ${course(text.memory)}.`,
  ]);
  return { series, notes: [...notes, `${LINES} lines of real logs, ${megabytes.toFixed(0)} MB with their stamps.`] };
};
