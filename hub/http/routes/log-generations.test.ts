import { parseConfig } from "@yardarm/hub/config";
import { type RunningHub, runHub } from "@yardarm/hub/main";
import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import type { LogSearchResponse } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { AuthorityWorld } from "@yardarm/testkit/authority-world";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLogStore } from "./stored-logs-world.contract.ts";

/** Logs of a container that is gone, beside those of the one that took its name. */

const LINES = 20;
const OLD = asId<ContainerId>("ctr_00000000000old");

let world: AuthorityWorld;
let hub: RunningHub;

beforeAll(async () => {
  world = await AuthorityWorld.open();
  const { orgId, containerId, hostId } = world.places.P1;
  const { body } = await world.ask(world.owner, { method: "GET", path: `/api/containers/${containerId}` });
  const { name, workloadId } = body as unknown as Container;
  await world.hub.stop();
  const removedAtNs = `${Date.now()}000000`;
  await world.storage.org(orgId).containers.upsert([
    {
      ...reportedContainer(77),
      name,
      containerId: OLD,
      hostId,
      workloadId,
      removedAtNs,
      logSource: { kind: "pending" },
    },
  ]);
  const store = openLogStore(world.dataDirectory);
  const startSeconds = Math.floor(Date.now() / 1000) - 2 * LINES;
  for (const [generation, id] of [OLD, containerId].entries()) {
    const encoder = new BatchEncoder();
    for (let line = 0; line < LINES; line++) {
      const text = Buffer.from(`generation ${generation} line ${line}`);
      encoder.append(startSeconds + generation * LINES + line, 0, 0, text, 0, text.length);
    }
    const cursor = {
      nextSeq: LINES,
      tsNs: `${startSeconds + (generation + 1) * LINES}000000000`,
      ordinal: 0,
      tail: [],
    };
    await store.append({ orgId, containerId: id, firstSeq: 0, batches: [encoder.finish(0)], cursor });
  }
  await store.close();
  const config = parseConfig({ YARDARM_DATA: world.dataDirectory, YARDARM_PORT: "0", YARDARM_LOG_LEVEL: "silent" }, []);
  if (!config.ok) throw new Error(config.problems.join(" "));
  hub = await runHub(config.config);
}, 120_000);
afterAll(async () => {
  await hub?.stop();
  await world?.[Symbol.asyncDispose]();
});

const get = async (where: string): Promise<string> => {
  const response = await fetch(`${hub.url}${where}`, { headers: world.owner.headers });
  expect(response.status).toBe(200);
  return response.text();
};
const read = async (where: string) =>
  (await get(where))
    .split("\n")
    .slice(0, -1)
    .map((line) => ndjsonLineSchema.parse(JSON.parse(line)));

describe("[LOGS-03] a container that is gone", () => {
  test("its log is read and downloaded like any other's", async () => {
    const lines = await read(`/api/containers/${OLD}/logs?format=ndjson`);
    expect(lines).toHaveLength(LINES);
    expect(lines[0]).toMatchObject({ seq: 0, message: "generation 0 line 0" });
    expect((await get(`/api/containers/${OLD}/logs?download=1`)).split("\n")).toHaveLength(LINES + 1);
  });

  test("with scope=workload it comes before the one that took its name, and each line says whose it is", async () => {
    const { containerId } = world.places.P1;
    const lines = await read(`/api/containers/${containerId}/logs?format=ndjson&scope=workload&since=0`);
    const expected = [OLD, containerId].flatMap((id) => Array.from({ length: LINES }, (_, seq) => `${id} ${seq}`));
    expect(lines.map((line) => `${line.containerId} ${line.seq}`)).toEqual(expected);
    const tail = await read(`/api/containers/${containerId}/logs?format=ndjson&scope=workload&tail=${LINES + 1}`);
    expect(tail[0]).toMatchObject({ containerId: OLD, seq: LINES - 1 });
  });

  test("a search over everything finds its lines too, and a link by time leads to them", async () => {
    const page = JSON.parse(await get("/api/logs/search?q=generation&limit=1000")) as LogSearchResponse;
    expect(page.items.map(({ containerId }) => containerId)).toEqual([
      ...Array<string>(LINES).fill(world.places.P1.containerId),
      ...Array<string>(LINES).fill(OLD),
    ]);
    const [, line] = await read(`/api/containers/${OLD}/logs?format=ndjson`);
    if (line === undefined || !("ts" in line)) throw new Error("There is no second line.");
    const where = `/api/containers/${world.places.P1.containerId}/logs/position?scope=workload&ts=${line.ts}`;
    expect(JSON.parse(await get(where))).toMatchObject({ containerId: OLD, seq: 1, isExact: true });
  });
});
