/** `log-throughput`: one container that writes as fast as it can, and several, until everything is committed in the hub's store. */
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerId } from "@yardarm/protocol/ids";
import { type Bench, RUNS, type Series } from "./bench.ts";
import { type Chain, startChain } from "./chain/chain.ts";
import { openLogViewer } from "./chain/log-viewer.ts";
import type { LogWriter } from "./docker/bench-engine.ts";
import { LINE_BYTES, numberOf } from "./docker/numbered-line.ts";
import { readCpuSeconds, readCpuSecondsOf } from "./process/process-usage.ts";
import { openBareFileReader } from "./reference/bare-file-reader.ts";
import { type BareReader, openBareReader } from "./reference/bare-reader.ts";
import { runDockerLogs } from "./reference/docker-logs.ts";

/** Some seconds at full speed: an unwatched line may wait for a second before it is sent, which is no throughput. */
const LINES = { file: 2_000_000, api: 1_000_000 } as const;
/** It is the slowest by far, and only its rate is of interest. */
const DOCKER_LOGS_LINES = 500_000;
const WARM_UP_LINES = 100_000;
/** Where one container cannot write faster, several may. */
const CONTAINERS = 4;
const POLL_MS = 10;
/** Nothing is this slow; a run that is not over by then has lost lines. */
const LIMIT_MS = 180_000;
/** The writer says `ready` before its first line. */
const READY_LINES = 1;

interface ChainRun {
  readonly linesPerSecond: number;
  /** Lines that could not be read back, or came twice. */
  readonly lost: number;
  /** CPU seconds per million lines. */
  readonly engineCpu: number;
  readonly agentCpu: number;
  readonly hubCpu: number;
}

type Source = "file" | "api";

interface BareRun {
  readonly linesPerSecond: number;
  readonly engineCpu: number;
}

const perSecond = (lines: number, beganMs: number): number => (lines * 1000) / (performance.now() - beganMs);

const until = async (isOver: () => boolean): Promise<boolean> => {
  const deadlineMs = performance.now() + LIMIT_MS;
  while (!isOver()) {
    if (performance.now() > deadlineMs) return false;
    await delay(POLL_MS);
  }
  return true;
};

const openBare = async ({ engine }: Chain, source: Source, writer: LogWriter, lines: number): Promise<BareReader> =>
  source === "file"
    ? openBareFileReader({ logPath: writer.logPath, lines })
    : openBareReader({ socketPath: engine.socketPath, dockerId: writer.dockerId, lines });

const measureBare = async (chain: Chain, source: Source, lines: number): Promise<BareRun> => {
  const { engine } = chain;
  const writer = await engine.startWriter({ name: "bare", lines, rate: 0, isFollowed: false });
  const reader = await openBare(chain, source, writer, lines);
  try {
    const cpuBefore = await readCpuSecondsOf(engine.enginePids);
    const beganMs = performance.now();
    await writer.go();
    await reader.done;
    const linesPerSecond = perSecond(lines, beganMs);
    return {
      linesPerSecond,
      engineCpu: (((await readCpuSecondsOf(engine.enginePids)) - cpuBefore) * 1e6) / lines,
    };
  } finally {
    reader.close();
    await writer.remove();
  }
};

/** Lines per second that the container gets rid of when nobody reads: no reader of the file can be faster. */
const measureAlone = async ({ engine }: Chain, lines: number): Promise<number> => {
  const writer = await engine.startWriter({ name: "alone", lines, rate: 0, isFollowed: false });
  try {
    const beganMs = performance.now();
    await writer.go();
    await writer.ended();
    return perSecond(lines, beganMs);
  } finally {
    await writer.remove();
  }
};

/** Lines per second of `docker logs -f`, null where there is no such command. */
const measureDockerLogs = async ({ engine }: Chain, lines: number): Promise<number | null> => {
  const writer = await engine.startWriter({ name: "docker-logs", lines, rate: 0, isFollowed: false });
  try {
    const printed = runDockerLogs(engine.dockerHost, writer.dockerId);
    const beganMs = performance.now();
    await writer.go();
    return (await printed) === 0 ? perSecond(lines, beganMs) : null;
  } finally {
    await writer.remove();
  }
};

/** Reads everything back as a viewer does and counts the lines that are not exactly where they belong. */
const countLost = async ({ session }: Chain, containerId: ContainerId, lines: number): Promise<number> => {
  let next = 0;
  let misplaced = 0;
  const viewer = openLogViewer({
    session,
    containerId,
    onBatch: (batch) => {
      for (let index = 0; index < batch.lineCount; index++) {
        const start = batch.textOffsets[index] as number;
        if ((batch.textOffsets[index + 1] as number) - start !== LINE_BYTES - 1) continue;
        if (numberOf(batch.text, start) !== next) misplaced += 1;
        next += 1;
      }
    },
  });
  await until(() => next >= lines);
  viewer.close();
  return misplaced + Math.abs(lines - next);
};

/** `lines` in all, by so many containers at once. */
const measureChain = async (chain: Chain, lines: number, containers = 1): Promise<ChainRun> => {
  const { engine, agentPid, hubPid } = chain;
  const each = lines / containers;
  const writers = await Promise.all(
    Array.from({ length: containers }, (_, index) =>
      engine.startWriter({ name: `chain-${index}`, lines: each, rate: 0, isFollowed: true }),
    ),
  );
  try {
    const found = await Promise.all(writers.map(({ dockerId }) => chain.findContainer(dockerId)));
    const allHave = (count: number) => () =>
      found.every(({ containerId }) => chain.committedLines(containerId) >= count + READY_LINES);
    await until(allHave(0));
    const readCpu = () =>
      Promise.all([readCpuSecondsOf(engine.enginePids), readCpuSeconds(agentPid), readCpuSeconds(hubPid)]);
    const before = await readCpu();
    const beganMs = performance.now();
    await Promise.all(writers.map((writer) => writer.go()));
    await until(allHave(each));
    const linesPerSecond = perSecond(lines, beganMs);
    const after = await readCpu();
    const [engineCpu, agentCpu, hubCpu] = [0, 1, 2].map(
      (index) => (((after[index] ?? 0) - (before[index] ?? 0)) * 1e6) / lines,
    ) as [number, number, number];
    let lost = 0;
    for (const { containerId } of found) lost += await countLost(chain, containerId, each);
    return { linesPerSecond, lost, engineCpu, agentCpu, hubCpu };
  } finally {
    for (const writer of writers) await writer.remove();
  }
};

/** Lines per second at least, and against what. */
const GOALS = {
  file: { linesPerSecond: 350_000, overDockerLogs: 2, agentCpu: 2.5 },
  api: { overBare: 0.9, agentCpu: 6 },
} as const;

const measureSource = async (source: Source, progress: (sentence: string) => void): Promise<readonly Series[]> => {
  await using chain = await startChain({ source });
  progress(`${source}: warming up`);
  await measureChain(chain, WARM_UP_LINES);
  await measureBare(chain, source, WARM_UP_LINES);
  const chains: ChainRun[] = [];
  const bares: BareRun[] = [];
  const dockers: number[] = [];
  const alone: number[] = [];
  const together: ChainRun[] = [];
  const lines = LINES[source];
  for (let round = 1; round <= RUNS; round++) {
    progress(
      `${source}, round ${round} of ${RUNS}: nobody, bare reader, docker logs -f, whole chain, ${CONTAINERS} containers`,
    );
    if (source === "file") alone.push(await measureAlone(chain, lines));
    bares.push(await measureBare(chain, source, lines));
    const docker = await measureDockerLogs(chain, DOCKER_LOGS_LINES);
    if (docker !== null) dockers.push(docker);
    chains.push(await measureChain(chain, lines));
    together.push(await measureChain(chain, lines, CONTAINERS));
  }
  const values = chains.map(({ linesPerSecond }) => linesPerSecond);
  const of = (metric: string): string => `${source}: ${metric}`;
  return [
    {
      metric: of("container → store, against a bare reader of the same source"),
      unit: "lines/s",
      ...{ values, references: bares.map(({ linesPerSecond }) => linesPerSecond) },
      goal:
        source === "file"
          ? { of: "value", atLeast: GOALS.file.linesPerSecond }
          : { of: "ratio", atLeast: GOALS.api.overBare },
    },
    ...(source === "api"
      ? []
      : [{ metric: of("container → store, against nobody reading"), unit: "lines/s", values, references: alone }]),
    ...(dockers.length < RUNS
      ? []
      : [
          {
            metric: of("container → store, against docker logs -f"),
            unit: "lines/s",
            ...{ values, references: dockers },
            ...(source === "file" ? { goal: { of: "ratio", atLeast: GOALS.file.overDockerLogs } as const } : {}),
          },
        ]),
    {
      metric: of(`${CONTAINERS} containers at once → store, against one`),
      unit: "lines/s",
      values: together.map(({ linesPerSecond }) => linesPerSecond),
      references: values,
    },
    {
      metric: of("lines lost or doubled"),
      unit: "lines",
      values: [...chains, ...together].map(({ lost }) => lost),
      goal: { of: "value", atMost: 0 },
    },
    {
      metric: of("engine CPU per million lines"),
      unit: "s",
      values: chains.map(({ engineCpu }) => engineCpu),
      references: bares.map(({ engineCpu }) => engineCpu),
    },
    {
      metric: of("agent CPU per million lines"),
      unit: "s",
      values: chains.map(({ agentCpu }) => agentCpu),
      goal: { of: "value", atMost: GOALS[source].agentCpu },
    },
    { metric: of("hub CPU per million lines"), unit: "s", values: chains.map(({ hubCpu }) => hubCpu) },
  ];
};

export const logThroughput: Bench = async ({ progress }) => {
  const series = [...(await measureSource("file", progress)), ...(await measureSource("api", progress))];
  return {
    series,
    notes: [
      `${LINES.file} and ${LINES.api} lines of ${LINE_BYTES} bytes (docker logs: ${DOCKER_LOGS_LINES}), unthrottled, nobody watching; committed means committed in the hub's SQLite store.`,
      "The agent's limit on one container's lines is off. Every stored line was read back and its number compared.",
      "Bare readers: inotify, read and split for the file; the engine's follow stream (HTTP/1.0) for the api.",
    ],
  };
};
