import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import * as net from "node:net";
import path from "node:path";
import { makeTempDir, type TempDir } from "@yardarm/testkit/temp-dir";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { discoverEngine, usualSockets } from "./discover-engine.ts";
import { describeEndpoint, parseDockerHost } from "./endpoint.ts";

let directory: TempDir;
let servers: net.Server[];

beforeEach(async () => {
  directory = await makeTempDir("discover");
  servers = [];
});

afterEach(async () => {
  for (const server of servers) server.close();
  await directory.remove();
});

const at = (name: string): string => path.join(directory.path, name);

const listen = async (where: string | net.ListenOptions): Promise<net.Server> => {
  const server = net.createServer((socket) => socket.destroy());
  servers.push(server);
  server.listen(where);
  await once(server, "listening");
  return server;
};

/** A socket file behind which nobody listens any more, as a crashed engine leaves it. */
const deadSocket = async (name: string): Promise<string> => {
  const server = await listen(at(`${name}.live`));
  await (await import("node:fs/promises")).rename(at(`${name}.live`), at(name));
  server.close();
  await once(server, "close");
  return at(name);
};

describe("without DOCKER_HOST", () => {
  test("the usual places, Docker's own first, Podman's last", () => {
    expect(usualSockets({ XDG_RUNTIME_DIR: "/run/user/1000" })).toEqual([
      "/var/run/docker.sock",
      "/run/user/1000/docker.sock",
      "/run/user/1000/podman/podman.sock",
      "/run/podman/podman.sock",
    ]);
    expect(usualSockets({})).toEqual(["/var/run/docker.sock", "/run/podman/podman.sock"]);
  });

  test("nothing there at all", async () => {
    const tried = [at("a.sock"), at("missing/b.sock")];
    expect(await discoverEngine({}, tried)).toEqual({ status: "none", tried });
  });

  test("the first that answers is taken, whatever refuses before it", async () => {
    await mkdir(at("directory.sock"));
    await listen(at("podman.sock"));
    const sockets = [at("directory.sock"), await deadSocket("dead.sock"), at("podman.sock"), at("other.sock")];
    const endpoint = { kind: "unix", socketPath: at("podman.sock") };
    expect(await discoverEngine({}, sockets)).toEqual({ status: "found", endpoint });
  });

  test("a directory, as a bind mount makes it, is not a socket", async () => {
    await mkdir(at("docker.sock"));
    expect(await discoverEngine({}, [at("docker.sock")])).toMatchObject({
      status: "refused",
      reason: "not_a_socket",
      sentence: expect.stringContaining("Remove it"),
    });
  });

  test("a socket of an engine that has died refuses", async () => {
    expect(await discoverEngine({}, [await deadSocket("docker.sock")])).toMatchObject({
      status: "refused",
      reason: "connection_refused",
      sentence: expect.stringContaining("start the engine"),
    });
  });

  test("a socket that this user may not open is a matter of permission", async () => {
    await listen(at("docker.sock"));
    await chmod(at("docker.sock"), 0o600);
    await chmod(directory.path, 0o755);
    const asNobody = process.getuid?.() === 0;
    if (asNobody) process.seteuid?.(65_534);
    else await chmod(at("docker.sock"), 0);
    try {
      expect(await discoverEngine({}, [at("docker.sock")])).toMatchObject({
        status: "refused",
        reason: "permission",
        sentence: expect.stringContaining('"docker" group'),
      });
    } finally {
      if (asNobody) process.seteuid?.(0);
    }
  });
});

describe("DOCKER_HOST", () => {
  test("is the only place that is tried", async () => {
    await listen(at("docker.sock"));
    const discovery = await discoverEngine({ DOCKER_HOST: `unix://${at("other.sock")}` }, [at("docker.sock")]);
    expect(discovery).toMatchObject({ status: "refused", reason: "missing", where: `unix://${at("other.sock")}` });
  });

  test("tcp:// that answers, and tcp:// that does not", async () => {
    const server = await listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.address() as net.AddressInfo;
    const endpoint = { kind: "tcp", host: "127.0.0.1", port, tls: null };
    expect(await discoverEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toEqual({ status: "found", endpoint });
    server.close();
    await once(server, "close");
    const refused = await discoverEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    expect(refused).toMatchObject({ status: "refused", reason: "connection_refused" });
  });

  test("what cannot be used is refused with a sentence", async () => {
    const refused = await discoverEngine({ DOCKER_HOST: "ssh://root@host" });
    expect(refused).toMatchObject({
      status: "refused",
      reason: "invalid",
      sentence: expect.stringContaining("unix:///"),
    });
    expect(() => parseDockerHost("tcp://", {})).toThrow(/not supported/);
    expect(() => parseDockerHost("tcp://:x", {})).toThrow(/host and port/);
  });

  test.each([
    ["tcp://10.0.0.1", {}, "tcp://10.0.0.1:2375"],
    ["tcp://10.0.0.1:80", {}, "tcp://10.0.0.1:80"],
    ["10.0.0.1:4243", {}, "tcp://10.0.0.1:4243"],
    ["tcp://[::1]:2375", {}, "tcp://::1:2375"],
    ["unix:///x/y.sock", {}, "unix:///x/y.sock"],
  ])("%s", (address, env, meaning) => {
    expect(describeEndpoint(parseDockerHost(address, env))).toBe(meaning);
  });

  test("with DOCKER_TLS_VERIFY the three files are read, or the missing one is named", async () => {
    const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: directory.path };
    await writeFile(at("ca.pem"), "ca");
    await writeFile(at("cert.pem"), "cert");
    expect(() => parseDockerHost("tcp://10.0.0.1", env)).toThrow(`${at("key.pem")} cannot be read`);
    await writeFile(at("key.pem"), "key");
    expect(parseDockerHost("tcp://10.0.0.1", env)).toEqual({
      kind: "tcp",
      host: "10.0.0.1",
      port: 2376,
      tls: { ca: Buffer.from("ca"), cert: Buffer.from("cert"), key: Buffer.from("key") },
    });
  });
});
