import { readFile } from "node:fs/promises";
import { expect, inject, test } from "vitest";
import { startDockerEngine } from "./docker-engine.ts";
import { engineCall, engineRequest } from "./engine-request.ts";
import { processTreeNaming } from "./process-tree.ts";
import { TEST_IMAGE } from "./test-image.ts";

const json = (body: Buffer): Record<string, unknown> => JSON.parse(body.toString()) as Record<string, unknown>;

/** Creates and starts a container of the test image; returns its id. */
async function run(socketPath: string, command: readonly string[]): Promise<string> {
  const created = await engineCall(socketPath, "POST", "/containers/create", { Image: TEST_IMAGE, Cmd: command });
  const id = json(created).Id as string;
  await engineCall(socketPath, "POST", `/containers/${id}/start`);
  return id;
}

test("a busybox container runs on the provided engine and its output is in the json-file log", async () => {
  const socket = inject("dockerHost").replace("unix://", "");
  const id = await run(socket, ["echo", "it", "works"]);
  expect(json(await engineCall(socket, "POST", `/containers/${id}/wait`))).toMatchObject({ StatusCode: 0 });
  const logs = await engineCall(socket, "GET", `/containers/${id}/logs?stdout=1`);
  expect(logs.subarray(8).toString()).toBe("it works\n");
  const { HostConfig } = json(await engineCall(socket, "GET", `/containers/${id}/json`));
  expect(HostConfig).toMatchObject({ LogConfig: { Type: "json-file" } });
  expect((await engineRequest(socket, "DELETE", `/containers/${id}?force=1`)).status).toBe(204);
});

test("a stopped engine leaves no process, no mount and no directory behind, running containers or not", async () => {
  const engine = await startDockerEngine();
  await run(engine.socketPath, ["sleep", "1000"]);
  const before = await processTreeNaming(`${engine.directory}/`);
  expect(before.length).toBeGreaterThanOrEqual(4); // dockerd, containerd, the shim and the container
  await engine.stop();
  expect(await processTreeNaming(engine.directory)).toEqual([]);
  expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(engine.directory);
  await expect(readFile(`${engine.directory}/daemon.json`)).rejects.toThrow("ENOENT");
});

test("an engine killed outright is taken down as completely", async () => {
  const engine = await startDockerEngine();
  await run(engine.socketPath, ["sleep", "1000"]);
  process.kill(engine.pid, "SIGKILL");
  await engine.stop();
  expect(await processTreeNaming(engine.directory)).toEqual([]);
  expect(await readFile("/proc/self/mountinfo", "utf8")).not.toContain(engine.directory);
});
