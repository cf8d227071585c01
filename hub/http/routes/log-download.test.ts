/** Files of many containers, asked of a whole hub. */
import { gunzipSync } from "node:zlib";
import { type NdjsonLine, ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import type { AuthorityWorld, Caller } from "@yardarm/testkit/authority-world";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoredLogsWorld } from "./stored-logs-world.contract.ts";

const LINES = 2_000;
const startSeconds = Math.floor(Date.now() / 1000) - LINES;
const START_MS = startSeconds * 1000;
const ROUTE = "/api/logs/download";

let stored: StoredLogsWorld;
let world: AuthorityWorld;

beforeAll(async () => {
  stored = await StoredLogsWorld.open({
    ...{ lines: LINES, startSeconds },
    messageOf: (seq) => (seq % 100 === 0 ? `failed request ${seq}` : `request ${seq} served`),
    // The second container writes half a second later.
    nanosOf: (place) => (place === "P2" ? 5e8 : 0),
  });
  world = stored.world;
}, 120_000);
afterAll(() => stored?.[Symbol.asyncDispose]());

const get = (query: string, as?: Caller) => stored.get(`${ROUTE}${query}`, as);
const linesOf = (query: string, as?: Caller) => stored.linesOf(`${ROUTE}${query}`, as);
const problemOf = (query: string, as?: Caller) => stored.problemOf(`${ROUTE}${query}`, as);
const parsed = (lines: readonly string[]): readonly NdjsonLine[] =>
  lines.map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
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
    const narrowed = stored.caller("narrowed-viewer");
    const lines = parsed(await linesOf("?format=ndjson", narrowed));
    expect(new Set(lines.map(({ containerId }) => containerId))).toEqual(new Set([world.places.P1.containerId]));
    const both = `?container=${world.places.P1.containerId},${world.places.P2.containerId}`;
    expect(await problemOf(both, narrowed)).toMatch(/^404 not_found/);
    expect(await linesOf(both)).toHaveLength(2 * LINES);
  });

  test("[SEC] another org's containers are not there, named or not", async () => {
    expect(await problemOf(`?container=${world.places.P1.containerId}`, stored.stranger())).toMatch(/^404 not_found/);
    const ids = parsed(await linesOf("?format=ndjson", stored.stranger())).map(({ containerId }) => containerId);
    expect(new Set(ids)).toEqual(new Set([world.places.B.containerId]));
    expect((await get("", stored.caller("nobody"))).status).toBe(401);
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
    expect(await problemOf(`?q=${costly}&regex=true&level=unknown`, stored.stranger())).toMatch(
      /^422 pattern_too_costly/,
    );
    expect(await linesOf("?q=failed", stored.stranger())).toHaveLength(LINES / 100);
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
    const url = `${world.hub.url}${ROUTE}`;
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
