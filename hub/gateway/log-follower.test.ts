import { asId, type NodeId } from "@yardarm/protocol/ids";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { expect, test } from "vitest";
import { MemoryLogStore } from "../logs/memory-log-store.ts";
import type { LiveBatch } from "../logs/query/live-log.ts";
import { LogRelay } from "../relay/log/log-relay.ts";
import { containerIdOf, lineText, ORG, WorldAgent } from "../relay/log/world-agent.contract.ts";
import { Turn } from "../relay/viewer/turn.ts";
import { Viewer } from "../relay/viewer/viewer.ts";
import { frameTransport } from "./frame-transport.ts";
import { createLogFollower } from "./log-follower.ts";

const CONTAINER = containerIdOf(1);

const open = async () => {
  const clock = new ManualClock();
  const reports: unknown[] = [];
  const drops = { count: () => {} };
  const turn = new Turn({ defer: setImmediate, report: (error) => reports.push(error) });
  const relay = new LogRelay({
    ...{ nodeId: asId<NodeId>("nod_00000000000001"), log: new MemoryLogStore(), turn, drops },
    nowMs: () => clock.nowMs(),
    report: (error) => reports.push(error),
  });
  const agent = new WorldAgent(relay, 1);
  await agent.assign(1);
  agent.hear();
  const pass = (ms: number): void => {
    clock.advance(ms);
    relay.tick(clock.nowMs());
    agent.hear();
  };
  /** Lines that the agent covers with a cursor, stored and acknowledged. */
  const write = async (lines: number): Promise<void> => {
    agent.lines(1, lines);
    agent.cursor(1);
    await relay.settled();
    pass(250);
  };
  const follower = createLogFollower({
    relay,
    newViewer: (socket) => new Viewer({ socket, transport: frameTransport, turn, drops }),
  });
  const left = new AbortController();
  const follow = (fromSeq: number) =>
    follower.follow({ orgId: ORG, containerId: CONTAINER, fromSeq, signal: left.signal })[Symbol.asyncIterator]();
  return { agent, write, pass, follow, left, reports };
};

/** Reads until the line before `endSeq` came; checks that each is the next one and says what it must. */
const readTo = async (lines: AsyncIterator<LiveBatch>, fromSeq: number, endSeq: number): Promise<void> => {
  for (let seq = fromSeq; seq < endSeq; ) {
    const { value } = (await lines.next()) as { readonly value: LiveBatch };
    expect(value.fromSeq).toBe(seq);
    const batch = decodeBatch(value.batch);
    for (; seq < value.endSeq; seq++) {
      if (batch.lineText(seq - batch.firstSeq) !== lineText(CONTAINER, seq)) throw new Error(`Line ${seq} is wrong.`);
    }
  }
};

test("[LOGS-06] [LOG-8] a log is followed from any line on, stored or not, without a hole or a double", async () => {
  const { agent, write, follow, reports } = await open();
  await write(300);
  agent.lines(1, 50); // shown, not stored
  const lines = follow(120);
  await readTo(lines, 120, 350);
  for (let round = 0; round < 20; round++) {
    agent.lines(1, 7);
    await readTo(lines, 350 + round * 7, 357 + round * 7);
  }
  await lines.return?.();
  expect(reports).toEqual([]);
});

test("[LOGS-06] [LOG-10] a reader that stops for a while misses nothing, however much was written meanwhile", async () => {
  const { write, follow, reports } = await open();
  const lines = follow(0);
  const first = readTo(lines, 0, 10);
  await write(10);
  await first;
  // Far more than a viewer's queue holds.
  for (let round = 0; round < 60; round++) await write(2_000);
  await readTo(lines, 10, 120_010);
  const last = readTo(lines, 120_010, 120_020);
  await write(10);
  await last;
  await lines.return?.();
  expect(reports).toEqual([]);
});

test("[LOGS-06] [LOG-6] leaving ends the interest in the container, also while waiting for a line", async () => {
  const { agent, write, pass, follow, left } = await open();
  await write(10);
  const lines = follow(10);
  const waiting = lines.next();
  await write(1);
  await waiting;
  pass(0);
  expect(agent.stream(1).isWatched).toBe(true);
  const next = lines.next();
  left.abort();
  expect((await next).done).toBe(true);
  pass(5_000);
  pass(250);
  expect(agent.stream(1).isWatched).toBe(false);
});
