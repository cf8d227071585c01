/** Stored logs over HTTP, asked of a whole hub. Above 250 lines: the questions share one hub with its logs. */
import { gunzipSync } from "node:zlib";
import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import type { HistogramResponse, LogSearchResponse } from "@yardarm/protocol/api/logs";
import type { AuthorityWorld, Caller } from "@yardarm/testkit/authority-world";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoredLogsWorld } from "./stored-logs-world.contract.ts";

const LINES = 3_000;
const startSeconds = Math.floor(Date.now() / 1000) - LINES;
const messageOf = (seq: number): string =>
  seq % 100 === 0 ? `\u001b[31mfailed\u001b[0m request ${seq}` : `request ${seq} served`;

let stored: StoredLogsWorld;
let world: AuthorityWorld;

beforeAll(async () => {
  stored = await StoredLogsWorld.open({ lines: LINES, startSeconds, messageOf, nanosOf: () => 5 });
  world = stored.world;
}, 120_000);
afterAll(() => stored?.[Symbol.asyncDispose]());

const logsOf = (query: string, place: "P1" | "P2" | "B" = "P1"): string =>
  `/api/containers/${world.places[place].containerId}/logs${query}`;
const seqsOf = async (where: string): Promise<readonly number[]> =>
  (await stored.linesOf(where)).map((line) => ndjsonLineSchema.parse(JSON.parse(line)).seq);
const search = async (query: string, as?: Caller): Promise<LogSearchResponse> => {
  const response = await stored.get(`/api/logs/search?${query}`, as);
  expect(response.status).toBe(200);
  return (await response.json()) as LogSearchResponse;
};
const range = (from: number, end: number): readonly number[] =>
  Array.from({ length: end - from }, (_, index) => from + index);

describe("[LOGS-06] a container's log", () => {
  test("without a range is its last 1,000 lines, as stamp and message", async () => {
    const lines = await stored.linesOf(logsOf(""));
    expect(lines).toHaveLength(1_000);
    const [, stamp = "", message] = /^(\S+) (.*)$/.exec(lines.at(-1) ?? "") ?? [];
    expect(Date.parse(stamp)).toBe((startSeconds + LINES - 1) * 1000);
    expect(stamp).toMatch(/\.000000005Z$/);
    expect(message).toBe(messageOf(LINES - 1));
  });

  test("since without tail is everything since; until is exclusive", async () => {
    const at = (seq: number): string => `${startSeconds + seq}000000005`;
    expect(await seqsOf(logsOf(`?format=ndjson&since=${at(1_200)}`))).toEqual(range(1_200, LINES));
    expect(await seqsOf(logsOf(`?format=ndjson&since=${at(7)}&until=${at(9)}`))).toEqual([7, 8]);
    expect(await seqsOf(logsOf(`?format=ndjson&until=${at(9)}&tail=2`))).toEqual([7, 8]);
    expect(await seqsOf(logsOf("?format=ndjson&since=1d&tail=3"))).toEqual(range(LINES - 3, LINES));
  });

  test("filters are those of the search, and tail counts what passes", async () => {
    const seqs = range(0, 30).map((index) => index * 100);
    expect(await seqsOf(logsOf("?format=ndjson&level=error&since=0"))).toEqual(seqs);
    expect(await seqsOf(logsOf("?format=ndjson&q=FAILED%20request&tail=2"))).toEqual(seqs.slice(-2));
    expect(await seqsOf(logsOf("?format=ndjson&q=FAILED&case=true&tail=2"))).toEqual([]);
    expect(await seqsOf(logsOf("?format=ndjson&q=%5Efailed.*0%24&regex=true&stream=stderr&since=0"))).toEqual(seqs);
  });

  test("a download has a name, may be compressed, says how many lines it has, and is audited", async () => {
    const response = await stored.get(logsOf("?download=gzip&since=0&format=ndjson"));
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+\.ndjson\.gz"$/);
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    expect(text.split("\n")).toHaveLength(LINES + 1);
    const plain = await stored.get(logsOf("?download=1&tail=5"));
    expect(plain.headers.get("x-yardarm-lines")).toBe("5");
    await plain.text();
    const { orgId, containerId } = world.places.P1;
    const rows = await world.storage.org(orgId).audit.before(null, 2);
    const bodies = rows.map(({ kind, targetId, body }) => ({ kind, targetId, details: JSON.parse(body).details }));
    expect(bodies).toMatchObject([
      { kind: "logs.downloaded", targetId: containerId, details: { tail: 5, lines: 5, format: "text" } },
      { kind: "logs.downloaded", targetId: containerId, details: { sinceNs: "0", format: "ndjson" } },
    ]);
  });

  test("what cannot be answered is refused with its reason, before anything is sent", async () => {
    expect(await stored.problemOf(logsOf("?since=5m&until=10m"))).toBe(
      "400 invalid_request: since: must be before until.",
    );
    expect(await stored.problemOf(logsOf("?q=a(&regex=true"))).toMatch(
      /^400 invalid_request: q: not a regular expression/,
    );
    expect(await stored.problemOf(logsOf(`?q=${"x".repeat(10_240)}`))).toMatch(/^400 invalid_request: q: /);
    expect(await stored.problemOf(logsOf("?tail=many"))).toMatch(/^400 invalid_request: tail: /);
    expect(await stored.problemOf(logsOf("?follow=true&download=1"))).toMatch(/^400 invalid_request: follow: /);
    expect(await stored.problemOf(logsOf("?tial=5"))).toMatch(/^400 invalid_request/);
  });
});

describe("[LOGS-06] a log that goes on", () => {
  /** Opens it and waits for its first lines. */
  const follow = async (signal: AbortSignal): Promise<number> => {
    const headers = world.owner.headers;
    const response = await fetch(`${world.hub.url}${logsOf("?follow=true&tail=1")}`, { headers, signal });
    if (response.ok) await response.body?.getReader().read();
    return response.status;
  };

  test("frees its place when the client leaves, and has only so many places", async () => {
    const left = new AbortController();
    const statuses: number[] = [];
    for (let place = 0; place < 33; place++) statuses.push(await follow(left.signal));
    expect(statuses).toEqual([...Array(32).fill(200), 429]);
    left.abort();
    const again = new AbortController();
    for (let place = 0; place < 32; place++) {
      await waitUntil("a place is free again", async () => (await follow(again.signal)) === 200);
    }
    again.abort();
    await waitUntil("nothing is held", async () => (await stored.get(logsOf("?tail=1"))).ok);
  });
});

describe("[LOGS-11] search", () => {
  test("finds in every container that one may read, newest first, page by page", async () => {
    const found: string[] = [];
    let cursor: string | null = "";
    for (let pages = 1; cursor !== null; pages++) {
      const page: LogSearchResponse = await search(`q=failed&limit=7${cursor === "" ? "" : `&cursor=${cursor}`}`);
      found.push(...page.items.map(({ containerId, seq }) => `${containerId} ${seq}`));
      expect(page.progress).toMatchObject({ containersTotal: 2, hostsTotal: 2, unreadableLines: 0 });
      expect(page.progress.isComplete).toBe(page.nextCursor === null);
      cursor = page.nextCursor;
      expect(pages).toBeLessThan(12);
    }
    const ids = [world.places.P1.containerId, world.places.P2.containerId].toSorted((a, b) => (a > b ? -1 : 1));
    const expected = range(0, 30).flatMap((index) => ids.map((id) => `${id} ${(29 - index) * 100}`));
    expect(found).toEqual(expected);
  });

  test("[IDTY-06] who is limited to a project searches that one, and cannot name another's container", async () => {
    const narrowed = stored.caller("narrowed-viewer");
    const { items, progress } = await search("q=failed&limit=1000", narrowed);
    expect(new Set(items.map(({ containerId }) => containerId))).toEqual(new Set([world.places.P1.containerId]));
    expect(progress.containersTotal).toBe(1);
    const other = `/api/logs/search?container=${world.places.P2.containerId}`;
    expect(await stored.problemOf(other, narrowed)).toMatch(/^404 not_found/);
    expect(await stored.problemOf(`/api/logs/search?container=${world.places.B.containerId}`)).toMatch(
      /^404 not_found/,
    );
    const { hostId, projectId } = world.places.P2;
    expect((await search(`q=failed&limit=1000&host=${hostId}`)).items).toHaveLength(30);
    expect((await search(`q=failed&limit=1000&project=${projectId}`)).items).toHaveLength(30);
    expect((await search("q=failed&label=no.such=label")).progress.containersTotal).toBe(0);
  });

  test("[SEC] a cursor is worth nothing for another question, another org, or when changed", async () => {
    const { nextCursor } = await search("q=failed&limit=3");
    if (nextCursor === null) throw new Error("There is no second page.");
    const refused = /^400 invalid_cursor/;
    expect(await stored.problemOf(`/api/logs/search?q=served&limit=3&cursor=${nextCursor}`)).toMatch(refused);
    expect(await stored.problemOf(`/api/logs/search?q=failed&limit=3&cursor=${nextCursor.slice(0, -3)}AAA`)).toMatch(
      refused,
    );
    expect(await stored.problemOf("/api/logs/search?q=failed&cursor=abc")).toMatch(refused);
    expect((await search("q=failed&limit=1000", stored.stranger())).items).toHaveLength(30);
    expect(await stored.problemOf(`/api/logs/search?q=failed&limit=3&cursor=${nextCursor}`, stored.stranger())).toMatch(
      refused,
    );
  });

  test("an expression that takes too long is refused, and the next question is answered", async () => {
    const costly = encodeURIComponent("\\B(?:a[ab]{0,500}|b[ab]{0,400})\\B[^ab]");
    const where = `/api/logs/search?q=${costly}&regex=true&level=unknown`;
    expect(await stored.problemOf(where, stored.stranger())).toMatch(/^422 pattern_too_costly/);
    expect((await search("q=failed&limit=1", stored.stranger())).items).toHaveLength(1);
  });
});

describe("[LOGS-13] around a line", () => {
  test("context is the lines before and after it", async () => {
    const answer = await (await stored.get(logsOf("/context?seq=100&before=2&after=1"))).json();
    expect(answer).toMatchObject({ items: [98, 99, 100, 101].map((seq) => ({ seq, message: messageOf(seq) })) });
    expect(await (await stored.get(logsOf("/context?seq=99999"))).json()).toMatchObject({ items: [] });
  });

  test("a point in time has its line; a log says from where on it is stored", async () => {
    const ts = new Date((startSeconds + 42) * 1000).toISOString();
    const { containerId } = world.places.P1;
    const position = await (await stored.get(logsOf(`/position?ts=${ts}&scope=workload`))).json();
    expect(position).toEqual({ containerId, seq: 42, tsNs: `${startSeconds + 42}000000005`, isExact: true });
    expect(await (await stored.get(logsOf("/range"))).json()).toEqual({
      ...{ containerId, firstSeq: 0, lastSeq: LINES - 1, reason: null },
      ...{ sinceNs: `${startSeconds}000000005`, untilNs: `${startSeconds + LINES - 1}000000005` },
    });
  });

  test("the histogram counts levels in equal buckets", async () => {
    const from = `${startSeconds}000000000`;
    const to = `${startSeconds + LINES}000000000`;
    const answer = await (await stored.get(logsOf(`/histogram?since=${from}&until=${to}&buckets=3`))).json();
    expect(answer as HistogramResponse).toMatchObject({
      ...{ fromNs: from, toNs: to, total: LINES, counts: { info: [990, 990, 990], error: [10, 10, 10] } },
      progress: { isComplete: true, stoppedBy: "end" },
    });
  });
});
