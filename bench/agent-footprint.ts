/** `agent-footprint`: memory and CPU of the bundled agent, as shipped, with 0, 20 and 100 containers. */
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import type { MetricsHistory } from "@yardarm/protocol/api/metrics";
import type { Container } from "@yardarm/protocol/container";
import { AGENT_BUNDLE } from "../hub/web-files.ts";
import { startHubProcess } from "../testkit/hub-process.ts";
import type { HubSession } from "../testkit/hub-session.ts";
import { makeTempDir } from "../testkit/temp-dir.ts";
import { waitUntil } from "../testkit/wait-until.ts";
import { type Bench, type BenchContext, RUNS, type Series } from "./bench.ts";
import { buildPrograms } from "./chain/prepare.ts";
import { type BenchEngine, startBenchEngine } from "./docker/bench-engine.ts";
import { startChild } from "./process/child.ts";
import { readCpuSeconds, readCpuSecondsOf, readRssMb } from "./process/process-usage.ts";

/** Silent containers; the last ones talk afterwards. */
const COUNTS = [0, 20, 100] as const;
/** Two ticks of the metrics: what starting the containers cost is over. */
const SETTLE_MS = 10_000;
/** A multiple of the 5 s between two ticks. */
const WINDOW_MS = 10_000;
const RSS_GOAL_MB = 90;
const CPU_GOAL_PERCENT = 2;

interface Phase {
  readonly label: string;
  readonly isGoal: boolean;
  readonly runs: readonly Usage[];
}

interface Usage {
  readonly rssMb: number;
  /** Of one core. */
  readonly cpuPercent: number;
  readonly engineCpuPercent: number;
}

const measure = async (agentPid: number, engine: BenchEngine): Promise<Usage> => {
  const readCpu = () => Promise.all([readCpuSeconds(agentPid), readCpuSecondsOf(engine.enginePids)]);
  const [agentBefore, engineBefore] = await readCpu();
  const beganMs = performance.now();
  await delay(WINDOW_MS);
  const [agentAfter, engineAfter] = await readCpu();
  const percent = 100_000 / (performance.now() - beganMs);
  return {
    rssMb: await readRssMb(agentPid),
    cpuPercent: (agentAfter - agentBefore) * percent,
    engineCpuPercent: (engineAfter - engineBefore) * percent,
  };
};

/** An agent that measured nothing would be cheap. */
const checkSampled = async (session: HubSession): Promise<void> => {
  const { items } = await session.get<{ items: readonly Container[] }>("/api/containers");
  for (const { containerId, name } of items) {
    const { tsMs } = await session.get<MetricsHistory>(`/api/containers/${containerId}/metrics`);
    if (tsMs.length < 2) throw new Error(`The hub got no metrics of ${name}.`);
  }
};

/** Waits until the agent follows the logs of all of them. */
const followed = (session: HubSession, count: number): Promise<boolean> =>
  waitUntil(
    `${count} containers to be followed`,
    async () => {
      const { items } = await session.get<{ items: readonly Container[] }>("/api/containers");
      return items.filter(({ logSource }) => logSource.kind === "api" || logSource.kind === "file").length === count;
    },
    { timeoutMs: 120_000, everyMs: 250 },
  );

const run = async ({ progress }: BenchContext): Promise<readonly Phase[]> => {
  await buildPrograms();
  await using engine = await startBenchEngine();
  await using hub = await startHubProcess({ command: "hub" });
  const session = await hub.signIn();
  const { joinToken } = await session.post<CreateHostResponse>("/api/hosts", { name: "bench" });
  await using state = await makeTempDir("agent");
  await using agent = startChild({
    file: AGENT_BUNDLE,
    env: {
      AGENT_API_URL: session.url,
      AGENT_TOKEN: joinToken,
      AGENT_STATE_DIR: path.join(state.path, "state"),
      DOCKER_HOST: engine.dockerHost,
    },
    endsItself: true,
  });
  const phases: Phase[] = [];
  const measureAs = async (label: string, isGoal: boolean): Promise<void> => {
    progress(label);
    await delay(SETTLE_MS);
    const runs: Usage[] = [];
    for (let round = 0; round < RUNS; round++) runs.push(await measure(agent.pid, engine));
    await checkSampled(session);
    phases.push({ label, isGoal, runs });
  };
  const containers: string[] = [];
  for (const count of COUNTS) {
    containers.push(...(await engine.startTalkers(count - containers.length)));
    await followed(session, count);
    await measureAs(`${count} silent containers`, count === COUNTS.at(-1));
  }
  await engine.talk(containers);
  await measureAs(`${containers.length} containers, a line a second each`, false);
  return phases;
};

export const agentFootprint: Bench = async (context) => {
  const phases = await run(context);
  const series = phases.flatMap(({ label, isGoal, runs }): Series[] => {
    const rss = { metric: `RSS, ${label}`, unit: "MB", values: runs.map(({ rssMb }) => rssMb) };
    const cpu = {
      metric: `agent CPU, ${label}`,
      unit: "% of a core",
      values: runs.map(({ cpuPercent }) => cpuPercent),
    };
    return [
      isGoal ? { ...rss, goal: { of: "value", atMost: RSS_GOAL_MB } } : rss,
      isGoal ? { ...cpu, goal: { of: "value", atMost: CPU_GOAL_PERCENT } } : cpu,
      {
        metric: `engine CPU, ${label}`,
        unit: "% of a core",
        values: runs.map(({ engineCpuPercent }) => engineCpuPercent),
      },
    ];
  });
  return {
    series,
    notes: [
      "The bundled program on this Node; every container is followed, metrics of all every 5 s; nobody watches.",
      `Windows of ${WINDOW_MS / 1000} s.`,
    ],
  };
};
