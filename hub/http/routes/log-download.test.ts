/** Files of many containers, asked of a whole hub. */
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { type NdjsonLine, ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { createRandom } from "@yardarm/testkit/random";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SqliteLogStore } from "../../logs/sqlite-log-store.ts";

const LINES = 2_000;
const startSeconds = Math.floor(Date.now() / 1000) - LINES;
const START_MS = startSeconds * 1000;

let world: AuthorityWorld;

/** A line a second of each container; the second one writes half a second later. Every hundredth is an error. */
const writeLogs = async (): Promise<void> => {
  const after = (_: number, task: () => void) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  };
  const store = new SqliteLogStore({ directory: path.join(world.dataDirectory, "logs"), nowMs: Date.now, after });
  const write = async (orgId: OrgId, containerId: ContainerId, nanos: number): Promise<void> => {
    const encoder = new BatchEncoder();
    for (let seq = 0; seq < LINES; seq++) {
      const text = Buffer.from(seq % 100 === 0 ? `failed request ${seq}` : `request ${seq} served`);
      const flags = flagsOf(seq % 100 === 0 ? 1 : 0, seq % 100 === 0 ? ERROR : INFO);
      encoder.append(startSeconds + seq, nanos, flags, text, 0, text.length);
    }
    const cursor = { nextSeq: LINES, tsNs: `${startSeconds + LINES - 1}000000000`, ordinal: 0, tail: [] };
    await store.append({ orgId, containerId, firstSeq: 0, batches: [encoder.finish(0)], cursor });
  };
  for (const [name, { orgId, containerId }] of Object.entries(world.places)) {
    await write(orgId, containerId, name === "P2" ? 5e8 : 0);
  }
  const { orgId, containerId } = world.places.B;
  await store.append({ orgId, containerId, ...costlyBatch() });
  await store.close();
};

/** Lines on which even a linear expression takes long. */
const costlyBatch = () => {
  const random = createRandom(1);
  const encoder = new BatchEncoder();
  for (let line = 0; line < 30; line++) {
    const text = Buffer.from(Array.from({ length: 16_384 }, () => random.pick(["a", "b"])).join(""));
    encoder.append(startSeconds + LINES, 0, 0, text, 0, text.length);
  }
  const cursor = { nextSeq: LINES + 30, tsNs: `${startSeconds + LINES}000000000`, ordinal: 0, tail: [] };
  return { firstSeq: LINES, batches: [encoder.finish(LINES)], cursor };
};

beforeAll(async () => {
  world = await AuthorityWorld.open();
  await writeLogs();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

const caller = (name: string): Caller => {
  const found = world.callers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};
/** The owner of another org, in their own. */
const stranger = (): Caller => {
  const found = caller("owner of another org, naming ours");
  const { "x-yardarm-org": _, ...headers } = found.headers as Readonly<Record<string, string>>;
  return { ...found, headers };
};
const get = (query: string, as: Caller = world.owner): Promise<Response> =>
  fetch(`${world.hub.url}/api/logs/download${query}`, { headers: as.headers });
const linesOf = async (query: string, as?: Caller): Promise<readonly string[]> => {
  const response = await get(query, as);
  expect(response.status).toBe(200);
  return (await response.text()).split("\n").slice(0, -1);
};
const parsed = (lines: readonly string[]): readonly NdjsonLine[] =>
  lines.map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
const problemOf = async (query: string, as?: Caller): Promise<string> => {
  const response = await get(query, as);
  const { code, detail } = (await response.json()) as { readonly code: string; readonly detail: string };
  return `${response.status} ${code}: ${detail}`;
};
const newestAudit = async (count: number) => {
  const rows = await world.storage.org(world.places.P1.orgId).audit.before(null, count);
  return rows.map(({ kind, targetId, body }) => ({ kind, targetId, details: JSON.parse(body).details }));
};

describe("[LOGS-12] a file of many containers", () => {
  test("holds every line of all that one may read, in the order of time, with whose it is", async () => {
    const lines = parsed(await linesOf("?format=ndjson"));
    const { P1, P2 } = world.places;
    const expected = Array.from({ length: 2 * LINES }, (_, at) => {
      const containerId = at % 2 === 0 ? P1.containerId : P2.containerId;
      return `${containerId} ${Math.floor(at / 2)}`;
    });
    expect(lines.map(({ containerId, seq }) => `${containerId} ${seq}`)).toEqual(expected);
    expect(lines[0]).toMatchObject({
      container: expect.any(String),
      host: expect.any(String),
      message: expect.any(String),
    });
    const [first = "", second = ""] = await linesOf(`?until=${START_MS + 1_000}000000`);
    const names = [lines[0], lines[1]].map((line) => `${line?.host}/${line?.container}`.replaceAll(" ", "_"));
    expect(first).toMatch(/^\S+ \S+T\S+\.000000000Z failed request 0$/);
    expect([first, second].map((line) => line.split(" ")[0])).toEqual(names);
  });

  test("[LOGS-06] takes the filters and selections of a search", async () => {
    const { P1, P2 } = world.places;
    const at = (seconds: number): string => `${startSeconds + seconds}000000000`;
    expect(await linesOf(`?since=${at(5)}&until=${at(8)}`)).toHaveLength(6);
    expect(await linesOf("?level=error")).toHaveLength((2 * LINES) / 100);
    expect(await linesOf("?q=FAILED&stream=stderr")).toHaveLength((2 * LINES) / 100);
    expect(await linesOf("?q=FAILED&case=true")).toEqual([]);
    expect(await linesOf("?q=%5Efailed.*0%24&regex=true&level=error")).toHaveLength((2 * LINES) / 100);
    expect(await linesOf(`?container=${P2.containerId}&q=failed`)).toHaveLength(LINES / 100);
    expect(await linesOf(`?host=${P1.hostId}&q=failed`)).toHaveLength(LINES / 100);
    expect(await linesOf(`?project=${P2.projectId}&q=failed`)).toHaveLength(LINES / 100);
    expect(await linesOf("?label=no.such=label")).toEqual([]);
  });

  test("has a name, may be compressed, says how many lines it has, and is audited", async () => {
    const response = await get("?format=ndjson&gzip=true");
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="logs-[\w.-]+\.ndjson\.gz"$/);
    expect(response.headers.get("x-yardarm-lines")).toBe(String(2 * LINES));
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    expect(text.split("\n")).toHaveLength(2 * LINES + 1);
    const { P1, P2 } = world.places;
    await linesOf(`?container=${P1.containerId}&q=failed&since=0`);
    const [one, many] = await newestAudit(2);
    expect(one).toMatchObject({
      ...{ kind: "logs.downloaded", targetId: P1.containerId },
      details: { sinceNs: "0", isFiltered: true, format: "text" },
    });
    expect(many).toMatchObject({ kind: "logs.downloaded", targetId: P1.orgId, details: { lines: 2 * LINES } });
    expect(many?.details.containerIds.split(",").toSorted()).toEqual([P1.containerId, P2.containerId].toSorted());
  });

  test("[IDTY-06] who is limited to a project gets that one's, and cannot name another's container", async () => {
    const narrowed = caller("narrowed-viewer");
    const lines = parsed(await linesOf("?format=ndjson", narrowed));
    expect(new Set(lines.map(({ containerId }) => containerId))).toEqual(new Set([world.places.P1.containerId]));
    const both = `?container=${world.places.P1.containerId},${world.places.P2.containerId}`;
    expect(await problemOf(both, narrowed)).toMatch(/^404 not_found/);
    expect(await linesOf(both)).toHaveLength(2 * LINES);
  });

  test("[SEC] another org's containers are not there, named or not", async () => {
    expect(await problemOf(`?container=${world.places.P1.containerId}`, stranger())).toMatch(/^404 not_found/);
    const ids = parsed(await linesOf("?format=ndjson", stranger())).map(({ containerId }) => containerId);
    expect(new Set(ids)).toEqual(new Set([world.places.B.containerId]));
    expect((await get("", caller("nobody"))).status).toBe(401);
  });

  test("what cannot be answered is refused with its reason, before anything is sent or recorded", async () => {
    const before = await newestAudit(1);
    expect(await problemOf("?since=5m&until=10m")).toBe("400 invalid_request: since: must be before until.");
    expect(await problemOf("?q=a(&regex=true")).toMatch(/^400 invalid_request: q: not a regular expression/);
    expect(await problemOf("?regex=true")).toMatch(/^400 invalid_request: q: /);
    expect(await problemOf("?tail=5")).toMatch(/^400 invalid_request/);
    expect(await newestAudit(1)).toEqual(before);
  });

  test("an expression that takes too long ends it, and the next file is there", async () => {
    const costly = encodeURIComponent("\\B(?:a[ab]{0,500}|b[ab]{0,400})\\B[^ab]");
    expect(await problemOf(`?q=${costly}&regex=true&level=unknown`, stranger())).toMatch(/^422 pattern_too_costly/);
    expect(await linesOf("?q=failed", stranger())).toHaveLength(LINES / 100);
  });

  test("a plan says what it would hold, refuses what it would refuse, and records nothing", async () => {
    const before = await newestAudit(1);
    const planOf = async (query: string) => (await get(`/plan${query}`)).json();
    expect(await planOf("")).toEqual({ containers: 2, lines: 2 * LINES });
    expect(await planOf("?q=failed")).toEqual({ containers: 2, lines: null });
    expect(await planOf(`?since=${START_MS + LINES * 1_000}000000`)).toEqual({ containers: 0, lines: null });
    expect(await problemOf("/plan?q=a(&regex=true")).toMatch(/^400 invalid_request: q: /);
    expect(await newestAudit(1)).toEqual(before);
  });

  test("gives its place back when its client leaves or has it all", async () => {
    const left = new AbortController();
    const headers = world.owner.headers;
    const url = `${world.hub.url}/api/logs/download`;
    const statuses: number[] = [];
    for (let place = 0; place < 32; place++) {
      const response = await fetch(url, { headers, signal: left.signal });
      statuses.push(response.status);
      await response.body?.getReader().read();
    }
    left.abort();
    expect(new Set(statuses)).toEqual(new Set([200]));
    await waitUntil("everything is free again", async () => {
      const again = await Promise.all(Array.from({ length: 32 }, () => get("?q=failed")));
      await Promise.all(again.map((response) => response.text()));
      return again.every(({ status }) => status === 200);
    });
  });
});
