import { randomUUID } from "node:crypto";
import type { LogSourceState } from "@yardarm/protocol/container";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { afterEach, expect, inject, test } from "vitest";
import { AgentLogBench } from "../../testkit/agent-log-bench.ts";
import { CollectingLogHub } from "../../testkit/collecting-log-hub.ts";
import { engineCall, engineRequest } from "../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../testkit/test-image.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import type { ContainerDetails } from "../docker/container-details.ts";
import { DockerEngine } from "../docker/docker-engine.ts";
import { systemClock } from "../system-clock.ts";
import { ApiSource } from "./api-source.ts";
import { runStateOf } from "./container-run.ts";
import { LogManager } from "./log-manager.ts";
import { onlySource } from "./log-sources.ts";

const FLOOD = 1;
const QUIET = 2;
const FLOOD_LINES = 60_000;
const QUIET_LINES = 20;

const socketPath = inject("dockerHost").replace("unix://", "");
const engine = new DockerEngine({ kind: "unix", socketPath });
const containers: string[] = [];
let manager: LogManager | null = null;
let committer: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(committer);
  manager?.stop();
  for (const id of containers.splice(0)) await engineRequest(socketPath, "DELETE", `/containers/${id}?force=1`);
});

const create = async (command: string, log: object = {}): Promise<ContainerDetails> => {
  const name = `flood-${randomUUID().slice(0, 8)}`;
  const body = {
    Image: TEST_IMAGE,
    Cmd: ["sh", "-c", command],
    StopSignal: "SIGKILL",
    HostConfig: { NetworkMode: "none", LogConfig: log },
  };
  const answer = await engineCall(socketPath, "POST", `/containers/create?name=${name}`, body);
  const dockerId = asId<DockerId>(JSON.parse(answer.toString()).Id);
  containers.push(dockerId);
  return engine.inspectContainer(dockerId);
};

test("[LOG-17] one container floods: another one's lines keep coming, and of the flood nothing is lost", async () => {
  const flood = await create(`seq 1 ${FLOOD_LINES}; sleep 60`);
  const quiet = await create(
    `i=0; while [ $i -lt ${QUIET_LINES} ]; do i=$((i+1)); echo $i; sleep 0.05; done; sleep 60`,
  );
  const details = new Map([flood, quiet].map((container) => [container.dockerId, container]));
  const hub = new CollectingLogHub();
  const behind: number[] = [];
  const take = (status: LogSourceState): void => {
    if (status.kind === "api") behind.push(status.behindMs);
  };
  const logs = new LogManager({
    sources: onlySource(new ApiSource(engine)),
    describe: (dockerId) => details.get(dockerId) ?? null,
    inspect: (dockerId) => runStateOf(() => engine.inspectContainer(dockerId)),
    send: ({ containers: told }) => {
      for (const { dockerId, source } of told) if (dockerId === flood.dockerId) take(source);
      return true;
    },
    sendFrame: (frame) => {
      hub.take(frame);
      return true;
    },
    clock: systemClock,
    random: Math.random,
    rate: { linesPerSecond: 5_000, burstLines: 10_000 },
  });
  manager = logs;
  logs.online(0n);
  const streams = [
    { dockerId: flood.dockerId, alias: FLOOD, cursor: null },
    { dockerId: quiet.dockerId, alias: QUIET, cursor: null },
  ];
  logs.take({ type: "log.assign", streams });
  for (const alias of [FLOOD, QUIET]) logs.take({ type: "log.stream.start", alias });
  committer = setInterval(() => logs.take({ type: "ack", acks: [hub.commit(FLOOD), hub.commit(QUIET)] }), 20);

  const start = async ({ dockerId }: ContainerDetails): Promise<void> => {
    await engineCall(socketPath, "POST", `/containers/${dockerId}/start`);
    logs.containerStarted(dockerId);
  };
  await start(flood);
  await waitUntil("the flood to be felt", () => hub.count(FLOOD) > 10_000);
  await start(quiet);
  const floodedAt: number[] = [];
  for (let line = 1; line <= QUIET_LINES; line++) {
    await hub.waitForLines(QUIET, line);
    floodedAt.push(hub.count(FLOOD));
  }
  // All of the quiet one's lines have come in the midst of the flood.
  expect(floodedAt.at(-1)).toBeLessThan(FLOOD_LINES);
  const numbers = (lines: number): string[] => Array.from({ length: lines }, (_, index) => String(index + 1));
  expect(hub.texts(QUIET)).toEqual(numbers(QUIET_LINES));
  await hub.waitForLines(FLOOD, FLOOD_LINES);
  expect(hub.texts(FLOOD)).toEqual(numbers(FLOOD_LINES));
  await waitUntil("the log to say that it has been caught up with", () => behind.at(-1) === 0 && behind.length > 2);
  expect(Math.max(...behind)).toBeGreaterThan(1_000);
});

test.each([
  ["json-file", { Type: "json-file", Config: { "max-size": "200k", "max-file": "60" } }],
  ["local", { Type: "local", Config: { "max-size": "200k", "max-file": "60" } }],
])(
  "[LOG-17] a %s log that rotates while it is delayed: every line that the engine still has comes once, in order",
  async (_driver, log) => {
    const lines = 40_000;
    const container = await create(`seq 1 ${lines}; sleep 60`, log);
    await engineCall(socketPath, "POST", `/containers/${container.dockerId}/start`);
    const rate = { linesPerSecond: 6_000, burstLines: 6_000 };
    const bench = new AgentLogBench({ engine, container: await engine.inspectContainer(container.dockerId), rate });
    bench.startAgent();
    try {
      await bench.waitForLines(lines);
      expect(bench.texts).toEqual(Array.from({ length: lines }, (_, index) => String(index + 1)));
    } finally {
      bench.killAgent();
    }
  },
);
