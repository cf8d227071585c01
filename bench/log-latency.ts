/**
 * `log-latency`: from a container's write to the decoded line in a viewer, through engine, agent and hub; with
 * `--while-searching` once more while the hub searches a million stored lines without a pause, in turns with the same without.
 */

import { setTimeout as delay } from "node:timers/promises";
import type { LogBatch } from "@yardarm/protocol/log/batch";
import { type Bench, RUNS, type Series } from "./bench.ts";
import { type Chain, startChain } from "./chain/chain.ts";
import { openLogViewer } from "./chain/log-viewer.ts";
import { LINE_BYTES, monotonicUs, numberOf, stampUsOf } from "./docker/numbered-line.ts";
import { type Jitter, jitterNote, startJitterProbe } from "./jitter-probe.ts";
import { EndlessSearch } from "./log-search/endless-search.ts";
import { type MillionLines, startMillionLines } from "./log-search/million-lines.ts";
import { LatencyHistogram } from "./percentiles.ts";
import { openBareFileReader } from "./reference/bare-file-reader.ts";
import { openBareReader } from "./reference/bare-reader.ts";

interface Load {
  readonly label: string;
  readonly rate: number;
  readonly seconds: number;
  readonly viewers: number;
  readonly p99GoalMs: Readonly<Record<Source, number>>;
}

type Source = "file" | "api";
const SOURCES = ["file", "api"] as const;

const SLOW_GOAL = { file: 5, api: 10 };
const FAST_GOAL = { file: 25, api: 50 };
const LOADS: readonly Load[] = [
  { label: "1,000 lines/s × 10 viewers", rate: 1_000, seconds: 5, viewers: 10, p99GoalMs: SLOW_GOAL },
  { label: "50,000 lines/s × 1 viewer", rate: 50_000, seconds: 5, viewers: 1, p99GoalMs: FAST_GOAL },
  { label: "50,000 lines/s × 10 viewers", rate: 50_000, seconds: 5, viewers: 10, p99GoalMs: FAST_GOAL },
];
/** What is also measured while somebody searches: one line at a time, and one viewer of a flood. */
const SEARCHED_LOADS = LOADS.slice(0, 2);
const WARM_UP: Load = { label: "", rate: 50_000, seconds: 3, viewers: 10, p99GoalMs: FAST_GOAL };
const P50_ABOVE_BARE_MS = 1;
/** How long after the last write its line may come before the run is given up. */
const LATE_MS = 60_000;
/** What was set in motion by starting containers and sockets comes to rest. */
const SETTLE_MS = 300;

interface Figures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all lines to all viewers; they came when the viewer had fetched them. */
  readonly skippedShare: number;
}

const figuresOf = (histogram: LatencyHistogram, skippedLines = 0): Figures => ({
  skippedShare: skippedLines / histogram.count,
  p50Ms: histogram.percentileMs(0.5),
  p99Ms: histogram.percentileMs(0.99),
});

/**
 * Checks that line follows line, but for those that were skipped and come later, and notes how old each is; `done` resolves
 * when all have come, each once.
 */
class LineClock {
  readonly done: Promise<void>;
  readonly #histogram: LatencyHistogram;
  readonly #lines: number;
  readonly #seen: Uint8Array;
  #next = 0;
  #left: number;
  /** Lines that the next one may be ahead. */
  #skipped = 0;
  #resolve: () => void = () => {};

  constructor(histogram: LatencyHistogram, lines: number) {
    this.#histogram = histogram;
    this.#lines = lines;
    this.#left = lines;
    this.#seen = new Uint8Array(lines);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  skipped(lines: number): void {
    this.#skipped += lines;
  }

  line(bytes: Uint8Array, start: number, nowUs: number): void {
    const number = numberOf(bytes, start);
    const ahead = number - this.#next;
    if (ahead > this.#skipped || number >= this.#lines || this.#seen[number] === 1) {
      throw new Error(`Line ${number} came where line ${this.#next} was next.`);
    }
    this.#seen[number] = 1;
    this.#histogram.record(nowUs - stampUsOf(bytes, start));
    if (ahead >= 0) {
      this.#skipped -= ahead;
      this.#next = number + 1;
    }
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }

  batch(batch: LogBatch): void {
    const nowUs = monotonicUs();
    for (let index = 0; index < batch.lineCount; index++) {
      const start = batch.textOffsets[index] as number;
      if ((batch.textOffsets[index + 1] as number) - start === LINE_BYTES - 1) this.line(batch.text, start, nowUs);
    }
  }
}

const inTime = async (load: Load, work: Promise<unknown>): Promise<void> => {
  const late = new AbortController();
  const limitMs = load.seconds * 1000 + LATE_MS;
  const timeout = delay(limitMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`The last line had not come ${limitMs} ms after the first was written.`);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    late.abort();
  }
};

/** The agent leaves this container alone; the reader is all that there is. */
const measureBare = async ({ engine }: Chain, source: Source, load: Load): Promise<Figures> => {
  const lines = load.rate * load.seconds;
  const writer = await engine.startWriter({ name: `bare-${load.rate}`, lines, rate: load.rate, isFollowed: false });
  const histogram = new LatencyHistogram();
  const clock = new LineClock(histogram, lines);
  const onLine = (bytes: Buffer, start: number): void => clock.line(bytes, start, monotonicUs());
  const { logPath, dockerId } = writer;
  const reader =
    source === "file"
      ? openBareFileReader({ logPath, lines, onLine })
      : await openBareReader({ socketPath: engine.socketPath, dockerId, lines, onLine });
  try {
    await delay(SETTLE_MS);
    await writer.go();
    await inTime(load, reader.done);
  } finally {
    reader.close();
    await writer.remove();
  }
  return figuresOf(histogram);
};

const measureChain = async (chain: Chain, load: Load): Promise<Figures> => {
  const { engine, session } = chain;
  const lines = load.rate * load.seconds;
  const writer = await engine.startWriter({ name: `chain-${load.rate}`, lines, rate: load.rate, isFollowed: true });
  const { containerId } = await chain.findContainer(writer.dockerId);
  const histogram = new LatencyHistogram();
  const clocks = Array.from({ length: load.viewers }, () => new LineClock(histogram, lines));
  const viewers = clocks.map((clock) =>
    openLogViewer({
      ...{ session, containerId },
      onBatch: (batch) => clock.batch(batch),
      onSkipped: (lines) => clock.skipped(lines),
    }),
  );
  try {
    await inTime(load, Promise.all(viewers.map(({ ready }) => ready)));
    await delay(SETTLE_MS);
    await writer.go();
    await inTime(load, Promise.all(clocks.map(({ done }) => done)));
  } finally {
    for (const viewer of viewers) viewer.close();
    await writer.remove();
  }
  return figuresOf(
    histogram,
    viewers.reduce((sum, { skippedLines }) => sum + skippedLines(), 0),
  );
};

interface SourceFigures {
  readonly series: readonly Series[];
  readonly jitter: readonly Jitter[];
  /** How often everything was searched meanwhile; `null` where nobody searched. */
  readonly searches: number | null;
  /** A sentence for each load that viewers were too slow for. */
  readonly skips: readonly string[];
}

/** `million`: a hub with lines that are searched in every other measurement. */
const measureSource = async (
  source: Source,
  million: MillionLines | null,
  progress: (sentence: string) => void,
): Promise<SourceFigures> => {
  await using chain = await startChain(million === null ? { source } : { source, hub: million.hub });
  await using probe = startJitterProbe();
  const jitter: Jitter[] = [];
  const loads = million === null ? LOADS : SEARCHED_LOADS;
  const runs = loads.map((load) => ({
    load,
    bare: [] as Figures[],
    chain: [] as Figures[],
    searched: [] as Figures[],
  }));
  progress(`${source}: warming up`);
  await measureChain(chain, WARM_UP);
  let searches = 0;
  for (let round = 1; round <= RUNS; round++) {
    for (const run of runs) {
      progress(`${source}, round ${round} of ${RUNS}: ${run.load.label}`);
      probe.reset();
      run.bare.push(await measureBare(chain, source, run.load));
      run.chain.push(await measureChain(chain, run.load));
      if (million !== null) {
        await using search = new EndlessSearch(chain.session, million);
        run.searched.push(await measureChain(chain, run.load));
        await search.stop();
        searches += search.searches;
      }
      jitter.push(await probe.read());
    }
  }
  const series = runs.flatMap(({ load, bare, chain: measured, searched }): Series[] => {
    const references = bare.map(({ p50Ms }) => p50Ms);
    return [
      { metric: `${source}: p50, ${load.label}`, unit: "ms", values: measured.map(({ p50Ms }) => p50Ms), references },
      {
        metric: `${source}: p50 above the bare reader, ${load.label}`,
        unit: "ms",
        values: measured.map(({ p50Ms }, index) => p50Ms - (references[index] ?? Number.NaN)),
        goal: { of: "value", atMost: P50_ABOVE_BARE_MS },
      },
      {
        metric: `${source}: p99, ${load.label}`,
        unit: "ms",
        values: measured.map(({ p99Ms }) => p99Ms),
        references: bare.map(({ p99Ms }) => p99Ms),
        goal: { of: "value", atMost: load.p99GoalMs[source] },
      },
      ...(searched.length === 0 ? [] : searchedSeries(source, load, { calm: measured, searched })),
    ];
  });
  const skips = runs.flatMap(({ load, chain: measured, searched }) => {
    const shares = [...measured, ...searched].map(({ skippedShare }) => `${(skippedShare * 100).toFixed(1)} %`);
    if ([...measured, ...searched].every(({ skippedShare }) => skippedShare === 0)) return [];
    return [`${source}, ${load.label}: ${shares.join(", ")} of the lines were skipped for slow viewers and fetched.`];
  });
  return { series, jitter, searches: million === null ? null : searches, skips };
};

/** The same beside a search, against what it was without one in the same rounds. */
const searchedSeries = (
  source: Source,
  load: Load,
  { calm, searched }: { readonly calm: readonly Figures[]; readonly searched: readonly Figures[] },
): readonly Series[] => [
  {
    ...{ metric: `${source}: p50 while searching, against p50 without, ${load.label}`, unit: "ms" },
    values: searched.map(({ p50Ms }) => p50Ms),
    references: calm.map(({ p50Ms }) => p50Ms),
  },
  {
    ...{ metric: `${source}: p99 while searching, against p99 without, ${load.label}`, unit: "ms" },
    values: searched.map(({ p99Ms }) => p99Ms),
    references: calm.map(({ p99Ms }) => p99Ms),
    goal: { of: "value", atMost: load.p99GoalMs[source] },
  },
];

export const logLatency: Bench = async ({ progress, isSearching }) => {
  if (isSearching) progress("writing a million lines into a hub's store");
  await using million = isSearching ? await startMillionLines() : null;
  const measured: SourceFigures[] = [];
  // How an agent reads has nothing to do with who searches: one source is enough for that.
  for (const source of isSearching ? SOURCES.slice(0, 1) : SOURCES)
    measured.push(await measureSource(source, million, progress));
  return {
    series: measured.flatMap(({ series }) => series),
    notes: [
      "The agent's limit on one container's lines is off. Every viewer checked that each line came once, and in order unless it was too slow.",
      ...measured.flatMap(({ skips }) => skips),
      "References: a bare reader of the file (inotify, read, split), and of the engine's follow stream (HTTP/1.0), alone on the same machine in the same round.",
      ...(isSearching
        ? [
            `A million stored lines were searched from end to end ${measured.map(({ searches }) => searches).join(" and ")} times.`,
          ]
        : []),
      jitterNote(measured.flatMap(({ jitter }) => jitter)),
    ],
  };
};
