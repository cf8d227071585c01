/** `ui-burst`: the log page in Chromium, at the end of the whole chain: frames, long tasks, memory, age of a painted line, opening. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type Bench, RUNS, type Series } from "./bench.ts";
import { type Chain, startChain } from "./chain/chain.ts";
import { monotonicUs } from "./docker/numbered-line.ts";
import { type Jitter, jitterNote, startJitterProbe } from "./jitter-probe.ts";
import { LatencyHistogram } from "./percentiles.ts";
import { type BarePage, startBarePage } from "./reference/bare-page.ts";
import { type MeasuredBrowser, type MeasuredPage, startMeasuredBrowser } from "./ui/measured-browser.ts";

interface Load {
  readonly name: string;
  readonly rate: number;
  readonly seconds: number;
  readonly isWrapped: boolean;
}

const BURST: Load = { name: "burst", rate: 10_000, seconds: 60, isWrapped: false };
/** 100,000 lines in ten seconds, each on as many rows as it needs; the page holds the newest of them. */
const WRAPPED: Load = { name: "wrapped", rate: 10_000, seconds: 10, isWrapped: true };
const STEADY: Load = { name: "steady", rate: 1_000, seconds: 20, isWrapped: false };
const OPENING_LINES = 1_000;
const LONG_TASK_MS = 50;
const SETTLE_MS = 1_000;
const CLOCK_QUESTIONS = 40;
const BARE_SECONDS = 10;

const repository = path.resolve(import.meta.dirname, "..");

interface Reading {
  readonly frames: number;
  readonly longTasks: readonly number[];
  readonly agesUs: readonly number[];
  readonly interactiveMs: number | null;
  readonly last: number;
  readonly maxFrameMs: number;
}

interface Part {
  readonly reading: Reading;
  readonly seconds: number;
}

interface Measured {
  readonly fps: number;
  readonly maxFrameMs: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly heapGrowthMb: number;
  readonly heapMb: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly interactiveMs: number;
}

type Bare = Pick<Measured, "fps" | "longTasks" | "p50Ms" | "p99Ms">;

/**
 * The page's clock minus the one that lines are stamped with, µs: of many questions the one answered fastest, which is off by half of the
 * time that it took at most. Wall clocks would do only as long as nobody sets them.
 */
const clockOffsetUs = async (page: MeasuredPage): Promise<number> => {
  let offsetUs = 0;
  let leastUs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < CLOCK_QUESTIONS; attempt++) {
    const askedUs = monotonicUs();
    const pageMs = await page.evaluate<number>("performance.now()");
    const answeredUs = monotonicUs();
    if (answeredUs - askedUs >= leastUs) continue;
    leastUs = answeredUs - askedUs;
    offsetUs = pageMs * 1_000 - (askedUs + answeredUs) / 2;
  }
  return offsetUs;
};

const read = (page: MeasuredPage): Promise<Reading> => page.evaluate<Reading>("burstProbe.read()");

const probeScript = (): Promise<string> => readFile(path.join(import.meta.dirname, "ui/page-probe.js"), "utf8");

const openPage = async (browser: MeasuredBrowser, { session }: Chain, url: string): Promise<MeasuredPage> =>
  browser.open(url, { script: await probeScript(), cookie: session.cookie });

const measure = async (chain: Chain, browser: MeasuredBrowser, load: Load): Promise<Measured> => {
  const lines = load.rate * load.seconds;
  const writer = await chain.engine.startWriter({ name: `ui-${load.name}`, lines, rate: load.rate, isFollowed: true });
  const { hostId, containerId } = await chain.findContainer(writer.dockerId);
  const url = `${chain.session.url}/fleet/${hostId}/${containerId}?wrap=${load.isWrapped}`;
  const page = await openPage(browser, chain, url);
  try {
    await page.until("the page to be live", `document.querySelector('[data-chip="live"]') !== null`);
    await delay(SETTLE_MS);
    const offsetUs = await clockOffsetUs(page);
    const begin = () => page.evaluate(`burstProbe.reset(${load === STEADY}, ${offsetUs})`);
    const parts: Part[] = [];
    const part = async (until: Promise<unknown>): Promise<void> => {
      await begin();
      const beganMs = performance.now();
      await until;
      const reading = await read(page);
      parts.push({ reading, seconds: (performance.now() - beganMs) / 1_000 });
    };
    await writer.go();
    // Full by then: what grows from here on would grow for ever. Collecting garbage is no part of the measurement, and would make lines
    // wait that come meanwhile.
    if (load !== STEADY) await part(delay((load.seconds * 1_000) / 3));
    const fullBytes = load === STEADY ? 0 : await page.heapBytes();
    if (load !== STEADY) await delay(SETTLE_MS);
    await part(writer.ended());
    const lastText = String(lines - 1).padStart(10, "0");
    await page.until("the last line", `document.querySelector('[role="log"]').textContent.includes("${lastText}")`);
    const endBytes = await page.heapBytes();
    const ages = new LatencyHistogram();
    for (const { reading } of parts) for (const us of reading.agesUs) ages.record(us);
    const longTasks = parts.flatMap(({ reading }) => reading.longTasks);
    const total = (value: (part: Part) => number): number => parts.reduce((sum, one) => sum + value(one), 0);
    return {
      fps: total(({ reading }) => reading.frames) / total(({ seconds }) => seconds),
      maxFrameMs: Math.max(...parts.map(({ reading }) => reading.maxFrameMs)),
      longTasks: longTasks.filter((ms) => ms > LONG_TASK_MS).length,
      longestTaskMs: Math.max(0, ...longTasks),
      heapGrowthMb: (endBytes - fullBytes) / 1e6,
      heapMb: endBytes / 1e6,
      p50Ms: ages.percentileMs(0.5),
      p99Ms: ages.percentileMs(0.99),
      interactiveMs: await openingMs(browser, chain, url),
    };
  } finally {
    await page[Symbol.asyncDispose]();
    await writer.remove();
  }
};

/** From the navigation to the frame that shows the last lines, in a browser that has never been here. */
const openingMs = async (browser: MeasuredBrowser, chain: Chain, url: string): Promise<number> => {
  await using page = await openPage(browser, chain, url);
  await page.until("the page to show its lines", "(globalThis.burstProbe?.read().interactiveMs ?? null) !== null");
  return (await read(page)).interactiveMs ?? Number.NaN;
};

/** What the build prints of the first page's script, KB gzip. */
const initialScriptKb = async (): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(repository, "web/dev/bundle-size.ts")]);
  return Number(/([\d.]+) KB {2}initial script/.exec(stdout)?.[1]);
};

/** The same rate into a page that does nothing but append lines, for as long as it takes to see how that goes. */
const measureBare = async (bare: BarePage, browser: MeasuredBrowser, { rate, seconds }: Load): Promise<Bare> => {
  await using page = await browser.open(bare.url, { script: await probeScript() });
  await delay(SETTLE_MS);
  await page.evaluate(`burstProbe.reset(${rate === STEADY.rate}, ${await clockOffsetUs(page)})`);
  const beganMs = performance.now();
  await bare.send(rate * Math.min(seconds, BARE_SECONDS), rate);
  const reading = await read(page);
  const ages = new LatencyHistogram();
  for (const us of reading.agesUs) ages.record(us);
  return {
    fps: reading.frames / ((performance.now() - beganMs) / 1_000),
    longTasks: reading.longTasks.filter((ms) => ms > LONG_TASK_MS).length,
    p50Ms: ages.percentileMs(0.5),
    p99Ms: ages.percentileMs(0.99),
  };
};

export const uiBurst: Bench = async ({ progress, part }) => {
  await using chain = await startChain();
  await using bare = await startBarePage();
  await using probe = startJitterProbe();
  await using browser = await startMeasuredBrowser();
  const jitter: Jitter[] = [];
  const runs = { burst: [] as Measured[], wrapped: [] as Measured[], steady: [] as Measured[] };
  const bares = { burst: [] as Bare[], wrapped: [] as Bare[], steady: [] as Bare[] };
  const loads = [BURST, WRAPPED, STEADY].filter(({ name }) => part === null || name === part);
  for (let round = 1; round <= RUNS; round++) {
    for (const load of loads) {
      progress(
        `round ${round} of ${RUNS}: ${load.rate} lines/s for ${load.seconds} s${load.isWrapped ? ", wrapped" : ""}`,
      );
      probe.reset();
      const name = load.name as keyof typeof runs;
      runs[name].push(await measure(chain, browser, load));
      jitter.push(await probe.read());
      bares[name].push(await measureBare(bare, browser, load));
    }
  }
  const { burst, wrapped, steady } = runs;
  const all: Series[] = [
    ...smoothness("10,000 lines/s", burst, bares.burst),
    {
      metric: "heap growth after the buffer is full, 10,000 lines/s",
      unit: "MB",
      values: burst.map(({ heapGrowthMb }) => heapGrowthMb),
      goal: { of: "value", atMost: 5 },
    },
    { metric: "heap, 10,000 lines/s", unit: "MB", values: burst.map(({ heapMb }) => heapMb) },
    ...smoothness("100,000 lines wrapped, 10,000 lines/s", wrapped, bares.wrapped),
    { metric: "heap, wrapped", unit: "MB", values: wrapped.map(({ heapMb }) => heapMb) },
    {
      metric: "write to painted row, p50, 1,000 lines/s",
      unit: "ms",
      values: steady.map(({ p50Ms }) => p50Ms),
      references: bares.steady.map(({ p50Ms }) => p50Ms),
    },
    {
      metric: "write to painted row, p99, 1,000 lines/s",
      unit: "ms",
      values: steady.map(({ p99Ms }) => p99Ms),
      references: bares.steady.map(({ p99Ms }) => p99Ms),
      goal: { of: "value", atMost: 50 },
    },
    {
      metric: `page with its last ${OPENING_LINES} lines on screen`,
      unit: "ms",
      values: steady.map(({ interactiveMs }) => interactiveMs),
      goal: { of: "value", atMost: 1_000 },
    },
    {
      metric: "initial JavaScript, gzip",
      unit: "KB",
      values: [await initialScriptKb()],
      goal: { of: "value", atMost: 260 },
    },
  ];
  return {
    series: all.filter(({ values }) => values.length > 0),
    notes: [
      "Chromium without a GPU, 1,440 × 900, following; engine, agent, hub and browser share the machine.",
      "The browser is asked before and after, and listens to nothing in between: its tools tell nobody of the sockets' messages.",
      `A long task is one of more than ${LONG_TASK_MS} ms. The page holds 50,000 lines; what came before is "not loaded".`,
      "A line's age is taken in the task after the frame that shows it.",
      `The reference: a page that takes the same lines from a bare socket and appends each as a text node, for ${BARE_SECONDS} s at most.`,
      jitterNote(jitter),
    ],
  };
};

const smoothness = (label: string, measured: readonly Measured[], bares: readonly Bare[]): readonly Series[] => [
  {
    metric: `frames per second, ${label}`,
    unit: "fps",
    values: measured.map(({ fps }) => fps),
    references: bares.map(({ fps }) => fps),
    goal: { of: "value", atLeast: 50 },
  },
  { metric: `longest frame, ${label}`, unit: "ms", values: measured.map(({ maxFrameMs }) => maxFrameMs) },
  {
    metric: `long tasks, ${label}`,
    unit: "tasks",
    values: measured.map(({ longTasks }) => longTasks),
    references: bares.map(({ longTasks }) => longTasks),
    goal: { of: "value", atMost: 0 },
  },
  { metric: `longest task, ${label}`, unit: "ms", values: measured.map(({ longestTaskMs }) => longestTaskMs) },
];
