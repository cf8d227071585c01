import { once } from "node:events";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type EnrolledAgent, enrollAgent } from "@yardarm/testkit/agent-line";
import { AuthorityWorld } from "@yardarm/testkit/authority-world";
import { HELLO, openPeer, type Peer } from "@yardarm/testkit/gateway-world";
import { type OddFrameSource, oddFrame } from "@yardarm/testkit/odd-frames";
import { createRandom, type Random } from "@yardarm/testkit/random";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import type { Actor } from "./auth/authority/can.ts";

/** Frames of one run; `npm run soak -- --frames N` asks for more. */
const FRAMES = Number(process.env.SOAK_FRAMES ?? 20_000);
const SEED = Number(process.env.SOAK_SEED ?? 20_260_101);
/** A long run says now and then how far it is. */
const TOLD_EVERY = 100_000;
const MIB = 1024 * 1024;
const FRAMES_AT_ONCE = 200;
const BURSTS = 10;
/** Beyond what the hub holds by design (rings, queues, one host's containers), far below what a leak per frame makes. */
const GROWTH_BYTES = 256 * 1024 * 1024;
const SECRET = "other-tenants-secret";
const INTRUDER = "intruder-was-here";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const addAgent = async (
  world: AuthorityWorld,
  { orgId, userId, name }: Actor,
  host: string,
): Promise<EnrolledAgent> => {
  const requester = { orgId, actor: { type: "user", id: userId, name }, address: null } as const;
  return enrollAgent(
    world.hub.url,
    await world.people.enrollment.createHost(requester, { name: host, projectId: null }),
  );
};

const say = (line: string): void => void process.stdout.write(`socket fuzz: ${line}\n`);
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;

const snapshot = (name: string, revision = 1) => ({
  ...{ type: "inventory.snapshot", revision, page: 0, last: true },
  containers: [reportedContainer(1, { name }), reportedContainer(2, { name, labels: { a: "b" } })],
});

/** What was sent until the peer was closed, and everything that came back, joined. */
const storm = async (peer: Peer, random: Random, source: OddFrameSource): Promise<{ sent: number; came: string }> => {
  const { socket } = peer;
  // An odd frame usually ends the connection: most connections are nearly honest, so that frames get far.
  const oddShare = random.pick([0, 0.001, 0.005, 0.05, 1]);
  let sent = 0;
  for (let burst = 0; burst < BURSTS && socket.readyState === socket.OPEN; burst++) {
    for (let count = 0; count < FRAMES_AT_ONCE; count++, sent++) socket.send(oddFrame(random, source, oddShare));
    // An answer to a ping says that everything before it was read.
    const answered = once(socket, "pong");
    socket.ping();
    await Promise.race([answered, peer.closed]);
  }
  socket.terminate();
  await peer.closed;
  return { sent, came: peer.received.map(String).join("\n") };
};

/** An upgrade that is none, byte by byte odd; resolves with what the hub said before it hung up. */
const oddUpgrade = async (port: number, random: Random, path: string): Promise<string> => {
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Key: ${random.pick(["", "x", "dGhlIHNhbXBsZSBub25jZQ=="])}`,
    `Sec-WebSocket-Version: ${random.pick(["13", "8", "x"])}`,
    `Authorization: Bearer ${Buffer.from(random.bytes(random.int(0, 40))).toString("base64url")}.x.y`,
    `Cookie: ${Buffer.from(random.bytes(20)).toString("base64")}`,
    `Origin: ${random.pick(["null", "http://evil.example", "", "http://127.0.0.1"])}`,
  ].filter(() => random.chance(0.9));
  const text = `${head.join("\r\n")}\r\n\r\n`;
  const at = random.int(0, text.length - 1);
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.setEncoding("latin1").on("data", (data: string) => {
    said += data;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  const isWhole = random.chance(0.7);
  socket.write(
    isWhole ? text : Buffer.concat([Buffer.from(text.slice(0, at)), random.bytes(30), Buffer.from("\r\n\r\n")]),
  );
  socket.end();
  await once(socket, "close");
  return said;
};

test(`[MSG-3] odd upgrades and ${FRAMES} odd frames on both sockets crash nothing, fill nothing and cross no tenant (seed ${SEED})`, async () => {
  await using world = await AuthorityWorld.open();
  const victim = await addAgent(world, world.strangerActor, SECRET);
  const victimPeer = await victim.connect();
  victimPeer.send(HELLO);
  await victimPeer.message((text) => text.includes("welcome"));
  victimPeer.send(snapshot(SECRET));
  await victimPeer.message((text) => text.includes("log.assign"));
  const intruder = await addAgent(world, world.ownerActor, "fuzz");
  const port = Number(new URL(world.hub.url).port);

  const ids = [...Object.values(world.places.P1), ...Object.values(world.places.B), victim.hostId, intruder.hostId];
  const random = createRandom(SEED);
  const agentSource: OddFrameSource = {
    ids,
    messages: [
      snapshot(INTRUDER),
      { ...snapshot(INTRUDER), last: false },
      {
        type: "inventory.delta",
        revision: 2,
        upserts: [reportedContainer(3, { name: INTRUDER })],
        removed: [dockerIdOf(1)],
      },
      { type: "heartbeat", clockNs: "1" },
      { type: "log.status", containers: [{ dockerId: dockerIdOf(1), source: { kind: "pending" } }] },
      { type: "metrics", tsNs: "1", intervalMs: 1000, backend: "api", host: null, containers: [] },
      { type: "engine.status", engine: { state: "unreachable", code: "x", message: INTRUDER } },
      { type: "action_result", action_id: "act_x", status: "SUCCESS", payload: "{}", signature: "A".repeat(86) },
      HELLO,
    ],
  };
  const containerId = world.places.P1.containerId;
  const clientSource: OddFrameSource = {
    ids,
    messages: [
      { type: "log.subscribe", containerId, tail: 10, encoding: "json" },
      { type: "log.subscribe", containerId, sinceSeq: 0, epoch: "x", committedSeq: 5 },
      { type: "log.fetch", containerId, fromSeq: 0, toSeq: 100 },
      { type: "log.unsubscribe", containerId },
      { type: "metrics.subscribe", containerId },
      { type: "metrics.unsubscribe", containerId },
      { type: "inventory.subscribe" },
    ],
  };

  let frames = 0;
  let upgrades = 0;
  let before = 0;
  while (frames < FRAMES) {
    // A host that is silent for 30 s is cut, and a storm may take longer.
    victimPeer.send({ type: "heartbeat", clockNs: "1" });
    const asAgent = await intruder.connect();
    asAgent.send(HELLO);
    await asAgent.message((text) => text.includes("welcome"));
    if (random.chance(0.8)) asAgent.send(snapshot(INTRUDER));
    const asClient = await openPeer(`${world.hub.url}/ws/client`, { ...world.owner.headers, origin: world.hub.url });
    const storms = await Promise.all([storm(asAgent, random, agentSource), storm(asClient, random, clientSource)]);
    const path = random.pick(["/ws/client", `/ws/agent/${victim.hostId}`, "/ws/agent/", "/ws/client?ticket=x"]);
    const said = await oddUpgrade(port, random, path);
    expect(said).not.toContain(" 101 ");
    for (const text of [said, ...storms.map(({ came }) => came)]) expect(text).not.toContain(SECRET);
    const told = Math.floor(frames / TOLD_EVERY);
    frames += storms.reduce((sum, { sent }) => sum + sent, 0);
    upgrades += 1;
    if (Math.floor(frames / TOLD_EVERY) > told) say(`${frames} frames, heap ${mib(heapBytes())}`);
    if (before === 0 && frames >= FRAMES / 10) before = heapBytes();
  }
  const grown = heapBytes() - before;
  expect(grown).toBeLessThan(GROWTH_BYTES);

  // The other tenant noticed nothing: the same connection, its own containers, and no word of the intruder.
  expect(victimPeer.socket.readyState).toBe(victimPeer.socket.OPEN);
  expect(victimPeer.received.join("\n")).not.toContain(INTRUDER);
  const theirs = await world.storage.org(world.strangerActor.orgId).containers.list();
  expect(theirs.filter(({ name }) => name === SECRET)).toHaveLength(2);
  expect(JSON.stringify(theirs)).not.toContain(INTRUDER);
  say(
    `seed ${SEED}, ${frames} frames, ${upgrades} odd upgrades, ${upgrades * 2} connections, 0 crashes, ` +
      `0 bytes of another tenant, heap grew by ${mib(grown)} after the first tenth`,
  );
}, 3_600_000);
