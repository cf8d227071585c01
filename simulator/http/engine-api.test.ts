import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { engineRequest } from "../../testkit/engine-request.ts";
import { openEngineStream } from "../../testkit/engine-stream.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { DOCKER_20_10 } from "../engine-profile.ts";
import { SimulatedEngine } from "../simulated-engine.ts";

let directory: TempDir;
let engine: SimulatedEngine;
let socketPath: string;
let clock: ManualClock;

beforeEach(async () => {
  directory = await makeTempDir("sim");
  socketPath = `${directory.path}/engine.sock`;
  clock = new ManualClock();
  engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath }, clock, profile: DOCKER_20_10 });
  await engine.listen();
});

afterEach(async () => {
  await engine.close();
  await directory.remove();
});

type Method = Parameters<typeof engineRequest>[1];
/** The fields that these tests look into one by one. */
interface Fields {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Labels: readonly string[];
  readonly State: { readonly StartedAt: string; readonly Pid: number };
  readonly message: string;
}
const call = async (method: Method, path: string, body?: unknown): Promise<{ status: number; json: Fields }> => {
  const answer = await engineRequest(socketPath, method, path, body);
  return { status: answer.status, json: JSON.parse(answer.body.toString() || "{}") };
};
const list = async (query: string): Promise<Fields[]> =>
  JSON.parse((await engineRequest(socketPath, "GET", `/v1.41/containers/json?${query}`)).body.toString());

describe("what the engine says about itself", () => {
  test("/_ping names the API version that clients negotiate by", async () => {
    const ping = await openEngineStream(socketPath, "/_ping");
    await ping.ended;
    expect([ping.status, ping.received().toString()]).toEqual([200, "OK"]);
    expect(ping.headers).toMatchObject({
      date: "Thu, 28 May 2026 20:26:40 GMT",
      "api-version": "1.41",
      ostype: "linux",
      server: "Docker/20.10.24 (linux)",
    });
  });

  test("/version and /info, the latter marked as simulated", async () => {
    engine.run({ name: "a1" });
    engine.run({ name: "b1" }).pause();
    engine.create({ name: "c1" });
    expect((await call("GET", "/v1.41/version")).json).toMatchObject({ ApiVersion: "1.41", Version: "20.10.24" });
    const { json } = await call("GET", "/info");
    expect(json).toMatchObject({
      Name: "host-1",
      ServerVersion: "20.10.24",
      Containers: 3,
      ContainersRunning: 1,
      ContainersPaused: 1,
      ContainersStopped: 1,
      NCPU: 4,
      CgroupVersion: "2",
    });
    expect(json.Labels).toContain("yardarm.simulated=true");
  });

  test("versions outside its range and unknown pages are refused in the engine's words", async () => {
    const tooNew = await call("GET", "/v1.99/info");
    expect(tooNew).toEqual({
      status: 400,
      json: { message: "client version 1.99 is too new. Maximum supported API version is 1.41" },
    });
    expect((await call("GET", "/v1.11/info")).json.message).toContain(
      "is too old. Minimum supported API version is 1.12",
    );
    expect(await call("GET", "/v1.41/nothing")).toEqual({ status: 404, json: { message: "page not found" } });
  });
});

describe("listing and inspecting", () => {
  test("a list shows running containers, all on demand, newest first", async () => {
    engine.run({ name: "old", image: "nginx:1", ports: [{ containerPort: 80, hostPort: 8080 }] });
    clock.advance(180_000);
    engine.create({ name: "new", labels: { tier: "web" } });
    expect(await list("")).toEqual([
      expect.objectContaining({
        Names: ["/old"],
        Image: "nginx:1",
        State: "running",
        Status: "Up 3 minutes",
        Ports: [{ IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" }],
      }),
    ]);
    const all = await list("all=1");
    expect(all.map((entry) => entry.Names[0])).toEqual(["/new", "/old"]);
    expect(all[0]).toMatchObject({ State: "created", Status: "Created", Labels: { tier: "web" } });
  });

  test.each([
    [{ status: ["exited"] }, ["/gone"]],
    [{ status: { exited: true } }, ["/gone"]],
    [{ label: ["tier=web"] }, ["/web"]],
    [{ label: ["tier"] }, ["/db", "/web"]],
    [{ label: ["tier", "tier=db"] }, ["/db"]],
    [{ name: ["^/we"] }, ["/web"]],
    [{ health: ["healthy"] }, ["/db"]],
  ])("filters %j", async (filters, expected) => {
    engine.run({ name: "web", labels: { tier: "web" } });
    clock.advance(1);
    engine.run({ name: "db", labels: { tier: "db" }, health: { status: "healthy", afterMs: 5 } });
    clock.advance(1);
    engine.run({ name: "gone" }).die(3);
    clock.advance(10);
    const query = encodeURIComponent(JSON.stringify(filters));
    const found = await list(`all=1&filters=${query}`);
    expect(found.map((entry) => entry.Names[0])).toEqual(expected);
  });

  test("an unknown filter is refused", async () => {
    const { status, json } = await call("GET", `/containers/json?filters=${encodeURIComponent('{"colour":["red"]}')}`);
    expect([status, json.message]).toEqual([400, "invalid filter 'colour'"]);
  });

  test("inspect by id, by the start of an id and by name; anything else is 404", async () => {
    const container = engine.run({
      name: "api",
      image: "example/api:2",
      tty: true,
      restartPolicy: { name: "on-failure", maximumRetryCount: 3 },
      memoryLimitBytes: 1024,
      cpuLimitCores: 0.5,
      stopTimeoutSeconds: 30,
      logs: { maxFileBytes: 1000, maxFiles: 3 },
    });
    for (const reference of [container.id, container.id.slice(0, 12), "api", "/api"]) {
      const { status, json } = await call("GET", `/containers/${encodeURIComponent(reference)}/json`);
      expect([status, json.Id]).toEqual([200, container.id]);
    }
    const { json } = await call("GET", `/containers/${container.id}/json`);
    expect(json).toMatchObject({
      Name: "/api",
      RestartCount: 0,
      LogPath: `/var/lib/docker/containers/${container.id}/${container.id}-json.log`,
      State: { Status: "running", Running: true, ExitCode: 0, FinishedAt: "0001-01-01T00:00:00Z" },
      HostConfig: {
        Memory: 1024,
        NanoCpus: 500_000_000,
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
        LogConfig: { Type: "json-file", Config: { "max-size": "1000", "max-file": "3" } },
      },
      Config: { Tty: true, Image: "example/api:2", StopTimeout: 30 },
    });
    expect(json.State.StartedAt).toBe("2026-05-28T20:26:40Z");
    expect(json.State.Pid).toBeGreaterThan(4_194_304);
    expect(await call("GET", "/containers/nobody/json")).toEqual({
      status: 404,
      json: { message: "No such container: nobody" },
    });
  });
});

describe("creating, renaming, removing", () => {
  test("a container that was created by HTTP can be run", async () => {
    const body = { Image: "busybox", Cmd: ["sleep", "9"], Labels: { a: "b" }, HostConfig: { NetworkMode: "none" } };
    const created = await call("POST", "/containers/create?name=fresh", body);
    expect(created.status).toBe(201);
    expect((await call("POST", `/containers/${created.json.Id}/start`)).status).toBe(204);
    const { json } = await call("GET", "/containers/fresh/json");
    expect(json).toMatchObject({
      Path: "sleep",
      Args: ["9"],
      Config: { Labels: { a: "b" } },
      State: { Running: true },
    });
  });

  test("a name in use, none and the same one are refused", async () => {
    const owner = engine.create({ name: "taken" });
    engine.create({ name: "other" });
    const refused = await call("POST", "/containers/create?name=taken", { Image: "busybox" });
    expect([refused.status, refused.json.message]).toEqual([
      409,
      expect.stringContaining(`by container "${owner.id}"`),
    ]);
    expect((await call("POST", "/containers/other/rename?name=taken")).status).toBe(409);
    expect((await call("POST", "/containers/other/rename?name=")).status).toBe(400);
    expect((await call("POST", "/containers/other/rename?name=other")).status).toBe(400);
    expect((await call("POST", "/containers/other/rename?name=fine")).status).toBe(204);
    expect((await call("GET", "/containers/fine/json")).status).toBe(200);
    expect((await call("GET", "/containers/other/json")).status).toBe(404);
  });

  test("a running container is removed by force only", async () => {
    const container = engine.run({ name: "busy" });
    const refused = await call("DELETE", "/containers/busy");
    expect([refused.status, refused.json.message]).toEqual([
      409,
      `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`,
    ]);
    expect((await call("DELETE", "/containers/busy?force=1")).status).toBe(204);
    expect((await call("DELETE", "/containers/busy?force=1")).status).toBe(404);
  });

  test("recreation gives the same name a new id", () => {
    const before = engine.run({ name: "web", image: "web:1" });
    const after = engine.recreate("web", { image: "web:2" });
    expect(after.id).not.toBe(before.id);
    expect([engine.container("web").id, after.spec.image]).toEqual([after.id, "web:2"]);
    expect(engine.find(before.id)).toBeUndefined();
  });

  test("ids repeat with the seed, so that a run can be repeated", () => {
    const other = new SimulatedEngine({ name: "host-1", seed: 1, address: { port: 0 }, clock: new ManualClock() });
    expect(other.create({ name: "x1" }).id).toBe(engine.create({ name: "x1" }).id);
  });
});
