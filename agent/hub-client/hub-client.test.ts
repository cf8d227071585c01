import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import type { AgentSession } from "@yardarm/protocol/agent-down/welcome";
import type { AgentUp } from "@yardarm/protocol/agent-up/up";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type DockerId, type HostId, type HubId, type NodeId, type OrgId } from "@yardarm/protocol/ids";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import type { HubMessage } from "./connection.ts";
import type { HubSocket, SocketEvents } from "./dial.ts";
import { HubClient, type HubClientState } from "./hub-client.ts";

const hubId = asId<HubId>("hub_0123456789abcdefghij");
const hostId = asId<HostId>("hst_0123456789abcdefghij");

/** The hub's end of one connection. */
class FakeHub implements HubSocket {
  readonly events: SocketEvents;
  readonly sent: string[] = [];
  readonly frames: Uint8Array[] = [];
  ended: string | null = null;
  #unwritten: (() => void)[] = [];
  holdsBack = false;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(frame: string | Uint8Array, written: () => void): void {
    if (typeof frame === "string") this.sent.push(frame);
    else this.frames.push(frame);
    if (this.holdsBack) this.#unwritten.push(written);
    else written();
  }

  release(): void {
    this.holdsBack = false;
    for (const written of this.#unwritten.splice(0)) written();
  }

  close(code: number, reason: string): void {
    this.ended ??= `closed ${code} ${reason}`;
  }

  terminate(): void {
    this.ended ??= "terminated";
  }

  say(message: AgentDown | Record<string, unknown>): void {
    this.events.message(Buffer.from(JSON.stringify(message)), false);
  }

  get types(): string[] {
    return this.sent.map((text) => JSON.parse(text).type);
  }
}

describe("hub client", () => {
  let clock: ManualClock;
  let hubs: FakeHub[];
  let states: HubClientState[];
  let messages: HubMessage[];
  let client: HubClient;
  let random: number;
  let refusal: ProtocolError | null;
  let trusted: boolean;

  beforeEach(() => {
    clock = new ManualClock();
    hubs = [];
    states = [];
    messages = [];
    random = 0.5;
    refusal = null;
    trusted = true;
    client = new HubClient({
      dial: async (events) => {
        if (refusal !== null) throw refusal;
        const hub = new FakeHub(events);
        hubs.push(hub);
        return hub;
      },
      clock: {
        nowNs: () => clock.nowNs(),
        monotonicMs: () => clock.monotonicMs(),
        setTimer: (ms, callback) => clock.setTimer(ms, callback),
      },
      random: () => random,
      hubId,
      hostId,
      isSigned: () => trusted,
      followKeys: () => {},
      hello: (sessionNonce) => ({
        type: "hello",
        protocol: { min: 1, max: 1 },
        agentVersion: "0.1.0",
        sessionNonce,
        machine: { hostname: "h", os: "o", kernel: "k", arch: "a", cpus: 1, memoryBytes: 1 },
        engine: { state: "unreachable", code: "engine_unreachable", message: "none" },
        metricsBackend: null,
        clockNs: String(clock.nowNs()),
        witness: null,
      }),
      onState: (state) => states.push(state),
      onMessage: (message) => {
        messages.push(message);
      },
    });
  });

  const hub = (): FakeHub => {
    const last = hubs.at(-1);
    if (last === undefined) throw new Error("Nobody connected.");
    return last;
  };

  const welcome = (change: Partial<AgentSession> = {}) => {
    const session: AgentSession = {
      hubId,
      nodeId: asId<NodeId>("nod_0123456789abcdefghij"),
      orgId: asId<OrgId>("org_0123456789abcdefghij"),
      hostId,
      sessionNonce: JSON.parse(hub().sent[0] ?? "{}").sessionNonce,
      epoch: 1,
      protocol: 1,
      hubTimeNs: String(clock.nowNs() + 5_000_000_000n),
      enrolledAtNs: "0",
      ...change,
    };
    hub().say({ type: "welcome", payload: JSON.stringify(session), keyId: "k", signature: "A".repeat(86) });
  };

  const connect = async (): Promise<void> => {
    client.start();
    await clock.advanceAsync(0);
    welcome();
  };

  test("greets, is welcomed, and is online with the hub's time", async () => {
    await connect();
    expect(states.map(({ state }) => state)).toEqual(["connecting", "online"]);
    const [, online] = states;
    if (online?.state !== "online") throw new Error("not online");
    expect(online.hubClock.nowNs() - clock.nowNs()).toBe(5_000_000_000n);
    expect(online.hubClock.skewMs).toBe(-5_000);
  });

  test.each<[string, Partial<AgentSession>]>([
    ["another connection's nonce", { sessionNonce: "A".repeat(43) }],
    ["another host", { hostId: asId<HostId>("hst_zzzzzzzzzzzzzzzzzzzz") }],
    ["another hub", { hubId: asId<HubId>("hub_zzzzzzzzzzzzzzzzzzzz") }],
  ])("refuses a welcome for %s", async (_what, change) => {
    client.start();
    await clock.advanceAsync(0);
    welcome(change);
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "signature_invalid" } });
    expect(hub().ended).toMatch(/signature_invalid/);
  });

  test("refuses a welcome that the pinned key did not sign", async () => {
    trusted = false;
    await connect();
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "signature_invalid" } });
  });

  test("acts on nothing before the welcome", async () => {
    client.start();
    await clock.advanceAsync(0);
    hub().say({ type: "inventory.request" });
    expect(messages).toEqual([]);
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "unknown_message" } });
  });

  test("hands messages on, and gives up a hub that sends garbage", async () => {
    await connect();
    hub().say({ type: "inventory.request" });
    expect(messages).toEqual([{ type: "inventory.request" }]);
    hub().events.message(Buffer.from([1, 2]), true);
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "malformed_frame" } });
    expect(hub().ended).toBe("closed 4400 malformed_frame");
  });

  test("[HOST-04] beats every 3 s, and reconnects when the hub is silent for 10 s", async () => {
    await connect();
    for (let round = 0; round < 4; round++) {
      await clock.advanceAsync(3_000);
      hub().say({ type: "heartbeat" });
    }
    expect(hub().types.filter((type) => type === "heartbeat")).toHaveLength(5);
    expect(client.state.state).toBe("online");
    await clock.advanceAsync(12_000);
    expect(hub().ended).toBe("terminated");
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "agent_timeout" } });
    await clock.advanceAsync(250);
    expect(hubs).toHaveLength(2);
  });

  test("[ACTN-10] a clock that is set forward by ten minutes makes no command late: the hub is asked for the time at once", async () => {
    await connect();
    clock.step(600_000);
    await clock.advanceAsync(3_000);
    expect(hub().ended).toBe("terminated");
    await clock.advanceAsync(500);
    expect(hubs).toHaveLength(2);
    welcome({ hubTimeNs: "1780000000000000000" });
    const online = client.state;
    if (online.state !== "online") throw new Error("not online");
    expect(online.hubClock.nowNs()).toBe(1_780_000_000_000_000_000n);
    expect(online.hubClock.skewMs).toBeGreaterThan(600_000);
    // Set back, the monotonic clock goes on counting: nothing is asked.
    clock.step(-600_000);
    await clock.advanceAsync(3_000);
    expect(client.state.state).toBe("online");
    expect(online.hubClock.nowNs()).toBe(1_780_000_003_000_000_000n);
  });

  test("[HOST-08] waits with full jitter from 0.5 s to 60 s", async () => {
    refusal = new ProtocolError("agent_timeout", "no hub");
    random = 0.999_999;
    client.start();
    const delays: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await clock.advanceAsync(0);
      if (client.state.state !== "waiting") throw new Error(client.state.state);
      delays.push(client.state.delayMs);
      await clock.advanceAsync(client.state.delayMs);
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("[HOST-08] starts the back-off again only after 60 s of health", async () => {
    random = 0.999_999;
    const delayAfter = async (healthyMs: number): Promise<number> => {
      await clock.advanceAsync(client.state.state === "waiting" ? client.state.delayMs : 0);
      welcome();
      for (let passedMs = 0; passedMs < healthyMs; passedMs += 1_000) {
        await clock.advanceAsync(1_000);
        hub().say({ type: "heartbeat" });
      }
      hub().events.closed(1006, "");
      return client.state.state === "waiting" ? client.state.delayMs : Number.NaN;
    };
    client.start();
    expect(await delayAfter(1_000)).toBe(500);
    expect(await delayAfter(59_000)).toBe(1_000);
    expect(await delayAfter(60_000)).toBe(500);
  });

  test("comes back when a draining hub said", async () => {
    await connect();
    hub().say({ type: "reconnect", afterMs: 7_000, reason: "upgrade" });
    hub().events.closed(4503, "draining");
    expect(client.state).toMatchObject({ state: "waiting", delayMs: 7_250, error: { code: "draining" } });
  });

  test("does not fight with another agent of the same identity", async () => {
    await connect();
    hub().events.closed(4409, "superseded");
    expect(client.state).toMatchObject({ state: "waiting", delayMs: 45_000, error: { code: "superseded" } });
  });

  test("sends control messages before log frames, and replaces heartbeats that still wait", async () => {
    await connect();
    const socket = hub();
    socket.holdsBack = true;
    client.sendFrame(new Uint8Array(300_000)); // fills what may be in flight
    client.sendFrame(new Uint8Array(1));
    client.send({ type: "action_progress", action_id: asId("act_0123456789abcdefghij"), phase: "accepted" });
    client.send({ type: "heartbeat", clockNs: "1" });
    client.send({ type: "heartbeat", clockNs: "2" });
    expect(socket.frames).toHaveLength(1);
    socket.release();
    expect(socket.frames).toHaveLength(2);
    expect(socket.types.slice(2)).toEqual(["action_progress", "heartbeat"]);
    expect(socket.sent.at(-1)).toContain('"clockNs":"2"');
  });

  test("gives the connection up rather than keep control messages without bound", async () => {
    await connect();
    hub().holdsBack = true;
    client.sendFrame(new Uint8Array(300_000));
    const removes = Array.from({ length: 2_000 }, () => asId<DockerId>("0".repeat(64)));
    const big: AgentUp = { type: "inventory.delta", revision: 1, upserts: [], removes };
    for (let sent = 0; sent < 40 && client.send(big); sent++);
    expect(client.state).toMatchObject({ state: "waiting", error: { code: "slow_consumer" } });
  });

  test("sends nothing while offline, and says so", async () => {
    expect(client.send({ type: "heartbeat", clockNs: "1" })).toBe(false);
    expect(client.sendFrame(new Uint8Array(1))).toBe(false);
    await connect();
    hub().events.closed(1006, "");
    expect(client.sendFrame(new Uint8Array(1))).toBe(false);
  });

  test("stops after what was sent has left, and never comes back", async () => {
    await connect();
    hub().holdsBack = true;
    client.sendFrame(new Uint8Array(10));
    const stopped = client.stop();
    await clock.advanceAsync(10);
    expect(hub().ended).toBeNull();
    hub().release();
    await stopped;
    expect(hub().ended).toBe("closed 1001 ");
    await clock.advanceAsync(120_000);
    expect([hubs.length, client.state.state]).toEqual([1, "stopped"]);
  });
});
