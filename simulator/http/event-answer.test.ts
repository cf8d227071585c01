import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EngineStream, openEngineStream } from "../../testkit/engine-stream.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { SimulatedEngine } from "../simulated-engine.ts";

let directory: TempDir;
let socketPath: string;
let engine: SimulatedEngine;
let clock: ManualClock;

beforeEach(async () => {
  directory = await makeTempDir("sim");
  socketPath = `${directory.path}/engine.sock`;
  clock = new ManualClock();
  engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath }, clock });
  await engine.listen();
});

afterEach(async () => {
  await engine.close();
  await directory.remove();
});

const open = (query: Readonly<Record<string, string>>): Promise<EngineStream> =>
  openEngineStream(socketPath, `/v1.43/events?${new URLSearchParams(query).toString()}`);
interface WireEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}
const eventsOf = (body: Buffer): WireEvent[] =>
  body
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
const actionsOf = (body: Buffer): string[] => eventsOf(body).map((event) => event.Action);
const CONTAINERS = '{"type":["container"]}';

describe("/events", () => {
  test("one JSON line per event, with the fields that clients read", async () => {
    const stream = await open({ filters: CONTAINERS });
    const container = engine.run({ name: "web", image: "nginx:1", labels: { "com.docker.compose.project": "shop" } });
    clock.advance(2500);
    container.die(3);
    const body = await stream.until("the end", (received) => actionsOf(received).includes("die"));
    expect(eventsOf(body).at(-1)).toEqual({
      status: "die",
      id: container.id,
      from: "nginx:1",
      Type: "container",
      Action: "die",
      Actor: {
        ID: container.id,
        Attributes: {
          "com.docker.compose.project": "shop",
          execDuration: "2",
          exitCode: "3",
          image: "nginx:1",
          name: "web",
        },
      },
      scope: "local",
      time: 1_780_000_002,
      timeNano: expect.any(Number),
    });
    expect(body.toString()).toContain('"timeNano":1780000002500000000}');
    stream.close();
  });

  test("events come at once, in order, networks too unless filtered away", async () => {
    const stream = await open({});
    engine.run({ name: "web" });
    await stream.until("the start", (body) => actionsOf(body).includes("start"));
    expect(actionsOf(stream.received())).toEqual(["create", "connect", "start"]);
    stream.close();
  });

  test("since replays what is kept: the last 256", async () => {
    const container = engine.create({ name: "web" });
    for (let round = 0; round < 200; round++) {
      container.start();
      container.kill();
    }
    clock.advance(1000);
    const stream = await open({ since: "1", until: "1780000000.9", filters: CONTAINERS });
    expect(await stream.ended).toBe(true);
    // Five events a round, three of them of the container: 51 rounds, and the last event of the round before.
    expect(actionsOf(stream.received()).length).toBe(51 * 3);
  });

  test("filters by action (health_status means all of them), container and label", async () => {
    const web = engine.run({ name: "web", labels: { tier: "web" } });
    const db = engine.run({ name: "db", labels: { tier: "db" } });
    web.setHealth("unhealthy");
    db.setHealth("healthy");
    const replay = async (filters: object): Promise<string[]> => {
      const stream = await open({ since: "1", until: "1780000000.9", filters: JSON.stringify(filters) });
      await stream.ended;
      return eventsOf(stream.received()).map((event) => `${event.Actor.Attributes.name} ${event.Action}`);
    };
    clock.advance(1000);
    expect(await replay({ event: ["health_status"] })).toEqual([
      "web health_status: unhealthy",
      "db health_status: healthy",
    ]);
    expect(await replay({ container: ["web"], event: ["start"] })).toEqual(["web start"]);
    expect(await replay({ label: ["tier=db"], type: ["container"] })).toEqual([
      "db create",
      "db start",
      "db health_status: healthy",
    ]);
  });

  test("until ends the stream when its time has come", async () => {
    const stream = await open({ until: "1780000005" });
    engine.create({ name: "web" });
    await stream.until("the event", (body) => body.length > 0);
    clock.advance(5000);
    expect(await stream.ended).toBe(true);
  });

  test("a client that leaves is forgotten", async () => {
    const stream = await open({});
    expect(engine.events.listeners).toBe(1);
    stream.close();
    await expect.poll(() => engine.events.listeners).toBe(0);
  });
});
