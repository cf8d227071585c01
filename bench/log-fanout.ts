/** `log-fanout`: how fast the relay and the gateway send one container's log to a hundred viewers. */
import path from "node:path";
import { type Bench, RUNS } from "./bench.ts";
import { CONTAINER_ID } from "./fanout/fanout-container.ts";
import { Feeder, LINES_PER_FRAME } from "./fanout/feeder.ts";
import { type Child, startChild } from "./process/child.ts";
import { readCpuSeconds } from "./process/process-usage.ts";

const VIEWERS = 100;
const VIEWER_PROCESSES = 2;
const WARM_UP_FRAMES = 2_000;
const FRAMES = 12_000;

const SERVERS = { hub: "fanout/hub-main.ts", bare: "fanout/bare-broadcast-main.ts" } as const;

interface Run {
  readonly framesPerSecond: number;
  /** CPU seconds of the server per million lines delivered. */
  readonly cpuSeconds: number;
  readonly frameBytes: number;
}

const measure = async (kind: keyof typeof SERVERS): Promise<Run> => {
  await using server = startChild({ file: path.join(import.meta.dirname, SERVERS[kind]) });
  const port = Number(await server.message());
  await using processes = new AsyncDisposableStack();
  const feeder = await Feeder.connect(port);
  processes.defer(() => feeder.close());
  const taken = new Map<Child, number>();
  const opening: Promise<unknown>[] = [];
  for (let index = 0; index < VIEWER_PROCESSES; index++) {
    const viewers = processes.use(
      startChild({
        file: path.join(import.meta.dirname, "fanout/viewers-main.ts"),
        args: [String(port), String(VIEWERS / VIEWER_PROCESSES), CONTAINER_ID],
      }),
    );
    taken.set(viewers, 0);
    opening.push(viewers.message());
    viewers.process.on("message", (frames) => {
      if (typeof frames !== "number") return;
      taken.set(viewers, frames);
      feeder.taken(Math.min(...taken.values()));
    });
  }
  await Promise.all(opening);
  const failed = Promise.race([server, ...taken.keys()].map(ending));
  failed.catch(() => {}); // that they end after the measurement is no failure
  const feed = (frames: number): Promise<unknown> => Promise.race([feeder.feed(frames), failed]);
  await feed(WARM_UP_FRAMES);
  const cpuBefore = await readCpuSeconds(server.pid);
  const beganMs = performance.now();
  await feed(FRAMES);
  const seconds = (performance.now() - beganMs) / 1000;
  const cpuSeconds = (await readCpuSeconds(server.pid)) - cpuBefore;
  const millions = (FRAMES * VIEWERS * LINES_PER_FRAME) / 1e6;
  return {
    framesPerSecond: (FRAMES * VIEWERS) / seconds,
    cpuSeconds: cpuSeconds / millions,
    frameBytes: feeder.frameBytes,
  };
};

/** Rejects when the child ends. */
const ending = (child: Child): Promise<never> =>
  new Promise((_, reject) => {
    child.process.once("exit", (code, signal) => {
      reject(new Error(`A process of the bench ended too early (${signal ?? code}):\n${child.output()}`));
    });
  });

export const logFanout: Bench = async ({ progress }) => {
  const hub: Run[] = [];
  const bare: Run[] = [];
  for (let round = 1; round <= RUNS; round++) {
    progress(`round ${round} of ${RUNS}: bare broadcast, then hub`);
    bare.push(await measure("bare"));
    hub.push(await measure("hub"));
  }
  const frameBytes = hub[0]?.frameBytes ?? 0;
  return {
    series: [
      {
        metric: `frames delivered to ${VIEWERS} viewers`,
        unit: "frames/s",
        values: hub.map(({ framesPerSecond }) => framesPerSecond),
        references: bare.map(({ framesPerSecond }) => framesPerSecond),
        goal: { of: "ratio", atLeast: 0.8 },
      },
      {
        metric: "hub CPU per million lines delivered",
        unit: "s",
        values: hub.map(({ cpuSeconds }) => cpuSeconds),
        references: bare.map(({ cpuSeconds }) => cpuSeconds),
      },
    ],
    notes: [
      `Frames of ${LINES_PER_FRAME} lines, ${frameBytes} bytes; every viewer checked that each line came once, in order.`,
      "Reference: a bare ws broadcast with one write per viewer and event-loop turn, same feeder, same viewers.",
    ],
  };
};
