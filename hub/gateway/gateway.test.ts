import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { parseChallenge } from "@yardarm/protocol/challenge";
import { writeFramePrefix } from "@yardarm/protocol/log/frame";
import { GATEWAY_CONTAINER, GatewayWorld, HELLO } from "@yardarm/testkit/gateway-world";
import { createRandom } from "@yardarm/testkit/random";
import { describe, expect, test } from "vitest";

const OTHER_HOST = "hst_bbbbbbbbbbbbbbbbbbbb";

const batchFrame = (alias: number): Uint8Array => {
  const frame = new Uint8Array(200);
  writeFramePrefix(frame, 1, alias);
  return frame;
};

describe("upgrade", () => {
  test("[CON-1] [SEC-T10] nobody gets a socket before it is known who they are", async () => {
    await using world = await new GatewayWorld().open();
    const challenged = await world.refused("/ws/agent/hst_aaaaaaaaaaaaaaaaaaaa");
    expect(challenged.statusCode).toBe(401);
    expect(parseChallenge(challenged.headers["www-authenticate"] ?? "")).toMatchObject({ nonce: /nonce/ });
    const agent = await world.refused("/ws/agent/hst_aaaaaaaaaaaaaaaaaaaa", { authorization: "Bearer bad" });
    expect(agent.statusCode).toBe(401);
    expect((await world.refused("/ws/client")).statusCode).toBe(401);
    expect((await world.refused("/ws/client", { cookie: "good", origin: "https://evil.example" })).statusCode).toBe(
      403,
    );
    for (const path of ["/ws/other", "/", "/ws/agent/", "/ws/agent/../client"]) {
      expect((await world.refused(path, { authorization: "Bearer bad" })).statusCode, path).toSatisfy(
        (status) => status === 404 || status === 401,
      );
    }
    expect(world.gateway.agentCount + world.gateway.clientCount).toBe(0);
    expect(world.unexpected).toEqual([]);
  });

  test("[SEC-T10] whoever is refused and resets the connection before the answer has left does not end the hub", async () => {
    await using world = await new GatewayWorld().open();
    for (const [path, headers] of [
      ["/ws/agent/hst_aaaaaaaaaaaaaaaaaaaa", {}],
      ["/ws/client", {}],
      ["/ws/other", {}],
    ] as const) {
      const stream = new PassThrough();
      await world.gateway.upgrade({ url: path, headers } as IncomingMessage, stream, Buffer.alloc(0));
      expect(String(stream.read())).toMatch(/^HTTP\/1\.1 40[14] /);
      // An error that nobody listens to is thrown, and would end the process.
      expect(stream.emit("error", new Error("read ECONNRESET"))).toBe(true);
      expect(stream.destroyed).toBe(true);
    }
  });

  test("[MSG-1] no extension is negotiated, whatever the peer offers", async () => {
    await using world = await new GatewayWorld().open();
    expect((await world.client()).socket.extensions).toBe("");
  });

  test("[CON-1] a ticket opens a client's socket", async () => {
    await using world = await new GatewayWorld().open();
    const client = await world.connect("/ws/client?ticket=good", {});
    expect(await client.message((text) => text.includes("ready"))).toContain('"version":"1.2.3"');
  });
});

describe("agents", () => {
  test("[CON-2] hello, welcome, heartbeat", async () => {
    await using world = await new GatewayWorld().open();
    const agent = await world.welcomedAgent();
    agent.send({ type: "heartbeat", clockNs: "1" });
    await agent.message((text) => text === '{"type":"heartbeat"}');
    expect(world.registry.connections()).toHaveLength(1);
  });

  const violations: readonly (readonly [string, unknown, number, string])[] = [
    ["text that is not JSON", "{", 4400, "malformed_frame"],
    ["JSON without a type", "[1]", 4400, "malformed_frame"],
    ["a type that nobody knows", { type: "exec" }, 4400, "unknown_message"],
    ["wrong types", { type: "heartbeat", clockNs: 7 }, 4400, "malformed_frame"],
    ["a second hello", HELLO, 4400, "malformed_frame"],
    [
      "an oversized message",
      JSON.stringify({ type: "heartbeat", clockNs: "1".repeat(600_000) }),
      1009,
      "message_too_large",
    ],
    ["an oversized frame", new Uint8Array(2_000_000), 1009, ""],
    ["binary garbage", Uint8Array.from([9, 9, 9]), 4400, "malformed_frame"],
    ["an alias that it was not given", batchFrame(77), 4400, "unknown_alias"],
    ["a page that it was not asked for", Uint8Array.from([3, 1, 0, 0, 0, 0]), 4400, "unknown_alias"],
    ["a page that ends in no known way", Uint8Array.from([3, 1, 0, 0, 0, 99]), 4400, "malformed_frame"],
  ];

  test.each(violations)(
    "[MSG-3] %s ends that connection with a named reason and disturbs nothing else",
    async (_, data, ...end) => {
      await using world = await new GatewayWorld().open();
      const bystander = await world.welcomedAgent(OTHER_HOST);
      const client = await world.client();
      const agent = await world.welcomedAgent();
      agent.send(data);
      expect(await agent.closed).toEqual(end);
      expect(world.refusals).toEqual([end[1] || "message_too_large"]);
      bystander.send({ type: "heartbeat", clockNs: "1" });
      await bystander.message((text) => text === '{"type":"heartbeat"}');
      expect(world.registry.connections().map(({ hostId }) => hostId)).toEqual([OTHER_HOST]);
      expect(client.socket.readyState).toBe(client.socket.OPEN);
    },
  );

  test("[CON-2] whoever speaks before hello, or another protocol, is not admitted", async () => {
    await using world = await new GatewayWorld().open();
    const early = await world.agent();
    early.send({ type: "heartbeat", clockNs: "1" });
    expect(await early.closed).toEqual([4400, "malformed_frame"]);
    const modern = await world.agent();
    modern.send({ ...HELLO, protocol: { min: 99, max: 100 } });
    expect(await modern.closed).toEqual([4426, "protocol_version"]);
    expect(world.messages).toEqual([]);
  });

  test("[CON-3] [HOST-06] a second agent with the same identity is refused while the first one answers", async () => {
    await using world = await new GatewayWorld().open();
    const first = await world.welcomedAgent();
    const second = await world.agent();
    second.send(HELLO);
    expect(await second.closed).toEqual([4409, "duplicate_agent"]);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    expect(world.registry.connections()).toHaveLength(1);
  });

  test("[MSG-2] a message of exactly the limit is taken, one byte more ends the connection", async () => {
    await using world = await new GatewayWorld().open();
    const agent = await world.welcomedAgent();
    const bare = '{"type":"heartbeat","clockNs":"1","pad":""}';
    const ofSize = (bytes: number): string => bare.replace('""', `"${"x".repeat(bytes - bare.length)}"`);
    agent.send(ofSize(512 * 1024));
    await agent.message((text) => text === '{"type":"heartbeat"}');
    agent.send(ofSize(512 * 1024 + 1));
    expect(await agent.closed).toEqual([1009, "message_too_large"]);
  });

  test("[CON-4] an agent that counts as offline is cut, although its socket is open", async () => {
    await using world = await new GatewayWorld().open();
    const agent = await world.welcomedAgent();
    world.nowMs += 30_000;
    world.registry.tick(world.nowMs);
    await agent.closed;
    expect(world.refusals).toEqual(["agent_timeout"]);
    expect(world.registry.connections()).toEqual([]);
  });

  test("[MSG-5] an agent that takes nothing is closed as a slow consumer", async () => {
    await using world = await new GatewayWorld().open();
    const agent = await world.welcomedAgent();
    const [connection] = world.registry.connections();
    agent.socket.pause();
    const reason = "x".repeat(500_000);
    for (let sent = 0; sent < 200 && connection?.isOpen; sent++) {
      connection.send({ type: "reconnect", afterMs: 1, reason });
    }
    expect(world.refusals).toEqual(["slow_consumer"]);
    agent.socket.terminate();
  });

  test("[CON-6] drain tells agents when to come back, and lets nobody in", async () => {
    await using world = await new GatewayWorld().open();
    const agent = await world.welcomedAgent();
    const client = await world.client();
    world.gateway.drain();
    await agent.message((text) => text.includes('"reconnect"'));
    expect(await agent.closed).toEqual([4503, "draining"]);
    expect(await client.closed).toEqual([4503, "draining"]);
    expect((await world.refused("/ws/client", { cookie: "good" })).statusCode).toBe(503);
  });
});

describe("browsers", () => {
  test("[MSG-4] what is refused is answered, and the connection goes on", async () => {
    await using world = await new GatewayWorld().open();
    const client = await world.client();
    client.send({ type: "log.subscribe", containerId: "ctr_bbbbbbbbbbbbbbbbbbbb" });
    expect(JSON.parse(await client.message((text) => text.includes("error")))).toMatchObject({
      code: "not_found",
      refused: "log.subscribe",
      containerId: "ctr_bbbbbbbbbbbbbbbbbbbb",
    });
    client.send({ type: "log.subscribe", containerId: GATEWAY_CONTAINER });
    await client.message((text) => text.includes("log.subscribed"));
  });

  test.each([
    ["text that is not JSON", "nonsense", 4400, "malformed_frame"],
    ["a type that nobody knows", { type: "container.exec" }, 4400, "unknown_message"],
    ["binary data", Uint8Array.from([1, 2, 3]), 4400, "malformed_frame"],
    ["an oversized message", "x".repeat(70_000), 1009, ""],
  ])("[MSG-3] %s ends the connection with a named reason", async (_, data, ...end) => {
    await using world = await new GatewayWorld().open();
    const client = await world.client();
    client.send(data);
    expect(await client.closed).toEqual(end);
  });

  test("[MSG-5] a flood of messages ends the connection", async () => {
    await using world = await new GatewayWorld().open();
    const client = await world.client();
    for (let n = 0; n < 500; n += 1) client.send({ type: "log.unsubscribe", containerId: GATEWAY_CONTAINER });
    await client.message((text) => text.includes("rate_limited"));
  });

  test("[CON-7] [IDTY-09] an ended session or a changed role closes the open socket", async () => {
    await using world = await new GatewayWorld().open();
    const [first, second] = [await world.client(), await world.client()];
    expect(world.actor).not.toBeNull();
    if (world.actor !== null) world.actor = { ...world.actor, role: "operator" };
    expect(await first.closed).toEqual([4403, "forbidden"]);
    expect(await second.closed).toEqual([4403, "forbidden"]);
    world.actor = null;
    const third = await world.client();
    expect(await third.closed).toEqual([4401, "unauthenticated"]);
  });
});

test("[MSG-3] [SEC] random frames on both sockets crash nothing and leave nothing behind", async () => {
  await using world = await new GatewayWorld().open();
  const random = createRandom(20_261_121);
  const words = [
    "type",
    "hello",
    "log.subscribe",
    "containerId",
    GATEWAY_CONTAINER,
    "{",
    "}",
    '"',
    ":",
    ",",
    "tail",
    "-1",
  ];
  const junk = (): string | Uint8Array => {
    if (random.chance(0.3)) return random.bytes(random.int(0, 300));
    if (random.chance(0.3)) return Array.from({ length: random.int(0, 12) }, () => random.pick(words)).join("");
    return JSON.stringify({
      type: random.pick(["heartbeat", "metrics", "inventory.delta", "log.fetch", "x"]),
      n: random.next(),
    });
  };
  for (let round = 0; round < 150; round += 1) {
    const peers = [await world.welcomedAgent(`hst_${String(round).padStart(20, "a")}`), await world.client()];
    for (const peer of peers) {
      while (peer.socket.readyState === peer.socket.OPEN && !random.chance(0.2)) peer.send(junk());
      peer.socket.close();
      await peer.closed;
    }
  }
  expect(world.unexpected).toEqual([]);
  expect(world.registry.connections()).toEqual([]);
  const survivor = await world.client();
  survivor.send({ type: "log.subscribe", containerId: GATEWAY_CONTAINER });
  await survivor.message((text) => text.includes("log.subscribed"));
}, 60_000);
