import { expect, test } from "vitest";
import { MemoryLogStore } from "../../logs/memory-log-store.ts";
import { logFuzzContract } from "./log-fuzz.contract.ts";
import { logRelayContract } from "./log-relay.contract.ts";
import { World } from "./log-world.contract.ts";
import { containerIdOf, logFrame, ORG } from "./world-agent.contract.ts";

logRelayContract("the log store in memory", () => {
  const store = new MemoryLogStore();
  return Promise.resolve(Object.assign(store, { [Symbol.asyncDispose]: () => store.close() }));
});

const stored = async (lines: number) => {
  const log = new MemoryLogStore();
  const before = new World({ log });
  const agent = await before.followed(1);
  for (let at = 0; at < lines; at += 10) {
    agent.lines(1, 10);
    agent.cursor(1);
    await before.relay.settled();
  }
  return { log, world: new World({ log, node: "nod_00000000000002" }) };
};

test("[LOG-11] lines that retention took are not in the backfill, and a fetch says from where lines exist", async () => {
  const { log, world } = await stored(100);
  log.forget(ORG, containerIdOf(1), 50);
  const viewer = world.viewer();
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 100, [viewer]);
  expect(viewer.of(1)).toMatchObject({ fromSeq: 50 });
  viewer.fetch(1, 5, 60);
  await world.until(() => viewer.messages.at(-1)?.type === "log.fetched", [viewer]);
  expect(viewer.messages.at(-1)).toMatchObject({ fromSeq: 50, toSeq: 60 });
});

test("[LOG-10] lines that went between announcement and reading are told as skipped", async () => {
  const { log, world } = await stored(100);
  const firstSeq = log.firstSeq.bind(log);
  log.firstSeq = async (...key) => {
    const first = await firstSeq(...key);
    log.forget(ORG, containerIdOf(1), 50);
    return first;
  };
  const viewer = world.viewer();
  viewer.refetches = false;
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 100, [viewer]);
  expect(viewer.of(1).fromSeq).toBe(0);
  expect(viewer.messages.filter(({ type }) => type === "skipped")).toMatchObject([{ from: 0, to: 50 }]);
});

test("[LOG-8] what nobody expected is told without its cause, under an id by which the hub's log has it", async () => {
  const { log, world } = await stored(100);
  const cause = new Error("disk I/O error");
  log.readRange = () => Promise.reject(cause);
  const viewer = world.viewer();
  viewer.subscribe(1);
  await world.until(() => viewer.messages.some(({ type }) => type === "error"), [viewer]);
  const refusal = viewer.messages.find((message) => message.type === "error");
  expect(refusal).toMatchObject({ code: "internal", refused: "log.subscribe", requestId: expect.any(String) });
  expect(JSON.stringify(refusal)).not.toContain(cause.message);
  expect(world.reports).toEqual([{ error: cause, requestId: refusal?.requestId }]);
});

test("[LOG-7] a commit that fails is repeated until it succeeds; nothing is acknowledged before", async () => {
  const log = new MemoryLogStore();
  const append = log.append.bind(log);
  let failures = 3;
  log.append = (commit) => (failures-- > 0 ? Promise.reject(new Error("disk full")) : append(commit));
  const world = new World({ log });
  const agent = await world.followed(1);
  agent.lines(1, 10);
  agent.cursor(1);
  agent.lines(1, 10);
  agent.cursor(1);
  let isSettled = false;
  void world.relay.settled().then(() => (isSettled = true));
  await world.until(() => world.reports.length === 1);
  for (let reports = 2; reports <= 3; reports++) {
    world.pass(30_000);
    await world.until(() => world.reports.length === reports);
  }
  agent.hear();
  expect({ isSettled, acked: agent.stream(1).ackedSeq }).toEqual({ isSettled: false, acked: 0 });
  world.pass(30_000);
  await world.until(() => isSettled);
  world.pass(250);
  agent.hear();
  expect(agent.stream(1).ackedSeq).toBe(20);
});

test("[LOG-7] a log that somebody else wrote to closes the connection; the next one goes on where the store says", async () => {
  const log = new MemoryLogStore();
  const world = new World({ log });
  const agent = await world.followed(1);
  const elsewhere = new World({ log, node: "nod_00000000000002" });
  const other = await elsewhere.followed(1);
  other.lines(1, 30);
  other.cursor(1);
  await elsewhere.relay.settled();
  const viewer = world.viewer();
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0, [viewer]);
  agent.lines(1, 10);
  agent.cursor(1);
  agent.lines(1, 5);
  await world.until(() => agent.closedWith !== null, [viewer]);
  expect(agent.closedWith).toBe("storage_unavailable");
  const back = await world.followed(1);
  expect(back.stream(1).nextSeq).toBe(30);
  back.lines(1, 10);
  await world.until(() => viewer.of(1).expected === 40, [viewer]);
  expect(viewer.of(1).lines.size).toBe(40);
});

test("[LOG-7] containers whose cursors cannot be read close the connection instead of starting at 0", async () => {
  const log = new MemoryLogStore();
  log.cursors = () => Promise.reject(new Error("no database"));
  const world = new World({ log });
  const agent = await world.followed(1);
  expect(agent.closedWith).toBe("storage_unavailable");
  expect(agent.heard).toEqual([]);
});

test("[LOG-1] 1,200 containers are assigned in pages; one given before is not given again", async () => {
  const world = new World({ log: new MemoryLogStore() });
  const agent = world.agent();
  const all = Array.from({ length: 1_200 }, (_, index) => index);
  await agent.assign(...all.slice(0, 100));
  await agent.assign(...all);
  agent.hear();
  const pages = agent.heard.map((message) => (message.type === "log.assign" ? message.streams.length : 0));
  expect(pages).toEqual([100, 500, 500, 100]);
  expect(new Set([...agent.streams.values()].map(({ alias }) => alias)).size).toBe(1_200);
});

test("[LOG-15] over the budget committed lines of what was watched longest ago go first, uncommitted ones never", async () => {
  const log = new MemoryLogStore();
  const world = new World({ log, ringBudgetBytes: 200_000 });
  const agent = await world.followed(1, 2);
  for (let round = 0; round < 10; round++) {
    for (const index of [1, 2]) {
      agent.lines(index, 90);
      agent.cursor(index);
    }
    await world.relay.settled();
  }
  const viewer = world.viewer();
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 900, [viewer]);
  for (let round = 0; round < 20; round++) agent.lines(2, 500);
  expect(world.relay.ringBytes).toBeGreaterThan(200_000);
  expect(world.drops.get("ring_budget")).toBeGreaterThan(0);
  agent.cursor(2);
  await world.relay.settled();
  world.endTurn();
  expect(world.relay.ringBytes).toBeLessThanOrEqual(200_000);
  const late = world.viewer();
  late.subscribe(2, { sinceSeq: 0 });
  await world.until(() => late.watched.size > 0 && late.of(2).expected === 10_900, [late]);
  expect(late.doubles).toBe(0);
});

test("[LOG-2] a compressed frame that cannot be opened closes the connection; its viewers are told", async () => {
  const world = new World({ log: new MemoryLogStore() });
  const agent = await world.followed(1);
  const viewer = world.viewer();
  viewer.refetches = false;
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0, [viewer]);
  const { alias, containerId } = agent.stream(1);
  const frame = logFrame(alias, containerId, { firstSeq: 0, lines: 50, zstd: true });
  frame.fill(0x55, 60);
  world.relay.frame(agent.connection, frame);
  await world.until(() => agent.closedWith !== null, [viewer]);
  expect(agent.closedWith).toBe("malformed_frame");
  await world.until(() => viewer.messages.some(({ type }) => type === "skipped"), [viewer]);
  const back = await world.followed(1);
  back.lines(1, 60);
  await world.until(() => viewer.of(1).expected === 60, [viewer]);
  expect(viewer.of(1).lines.size).toBe(60);
});

logFuzzContract("in memory", () => {
  const store = new MemoryLogStore();
  return Promise.resolve(Object.assign(store, { [Symbol.asyncDispose]: () => store.close() }));
}, [1, 2, 3, 1012, 1034, 1103, Date.now() >>> 0]);

/** A store that takes nothing until it is told to. */
const standingStill = () => {
  const log = new MemoryLogStore();
  const append = log.append.bind(log);
  const { promise: going, resolve: go } = Promise.withResolvers<void>();
  log.append = async (commit) => {
    await going;
    await append(commit);
  };
  return { log, go };
};

test("[LOG-21] while the store stands still the hub takes only so much of all hosts, and nothing of it is lost", async () => {
  const { log, go } = standingStill();
  const world = new World({ log, commitBacklogBytes: 300_000 });
  const agent = await world.followed(1, 2);
  const viewer = world.viewer();
  viewer.subscribe(1);
  await world.until(() => viewer.watched.size > 0, [viewer]);
  for (let round = 0; round < 40; round++) {
    for (const container of [1, 2]) {
      agent.lines(container, 100);
      agent.cursor(container);
    }
    world.endTurn();
    viewer.read();
    // One frame may be over it.
    expect(world.relay.uncommittedBytes).toBeLessThan(320_000);
  }
  expect(world.drops.get("commit_backlog")).toBeGreaterThan(1);
  agent.hear();
  expect(agent.heard.filter(({ type }) => type === "log.rewind")).toEqual([]);
  go();
  await world.until(() => agent.inbox.filter(({ type }) => type === "log.rewind").length === 2, [viewer]);
  agent.hear();
  for (const container of [1, 2]) {
    const { nextSeq } = agent.stream(container);
    expect(nextSeq).toBeGreaterThan(0);
    agent.lines(container, 4_000 - nextSeq);
    agent.cursor(container);
  }
  await world.until(() => viewer.of(1).expected === 4_000, [viewer]);
  await world.relay.settled();
  expect(world.relay.uncommittedBytes).toBe(0);
  expect([viewer.of(1).lines.size, viewer.doubles]).toEqual([4_000, 0]);
  for (const container of [1, 2]) {
    const cursors = await log.cursors(ORG, [containerIdOf(container)]);
    expect(cursors.get(containerIdOf(container))?.nextSeq).toBe(4_000);
  }
});

test("[LOGS-10] [SEC-T28] a stalled tab, a flooding host and a store that stands still move nobody else's lines by a turn", async () => {
  const { log, go } = standingStill();
  const world = new World({ log });
  const flooding = await world.followed(1);
  const quiet = await world.followed(2);
  const [stalled, other] = [world.viewer(), world.viewer()];
  stalled.subscribe(1);
  stalled.subscribe(2);
  other.subscribe(2);
  await world.until(() => stalled.watched.size === 2 && other.watched.size === 1, [stalled, other]);
  for (let round = 1; round <= 60; round++) {
    for (let frame = 0; frame < 2; frame++) flooding.lines(1, 500, { zstd: frame === 1 });
    quiet.lines(2, 1);
    // One turn, and what came in it is written, whatever else came: no time passes here, and nothing is awaited.
    world.endTurn();
    other.read();
    expect(other.of(2).expected, "what was written in this very turn").toBe(round);
  }
  expect(other.skippedLines).toBe(0);
  expect(stalled.viewer.pendingBytes).toBeLessThan(5 * 1024 * 1024);
  go();
  // The stalled one reads again, and has everything.
  await world.until(() => stalled.of(1).lines.size === 60_000 && stalled.of(2).lines.size === 60, [stalled]);
});
