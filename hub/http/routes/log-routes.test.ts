/** Stored logs over HTTP, asked of a whole hub. Above 250 lines: the questions share one hub with its logs. */
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import type { HistogramResponse, LogSearchResponse } from "@yardarm/protocol/api/logs";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { createRandom } from "@yardarm/testkit/random";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SqliteLogStore } from "../../logs/sqlite-log-store.ts";

const LINES = 3_000;
const PER_BATCH = 500;
const startSeconds = Math.floor(Date.now() / 1000) - LINES;
const messageOf = (seq: number): string =>
  seq % 100 === 0 ? `\u001b[31mfailed\u001b[0m request ${seq}` : `request ${seq} served`;

let world: AuthorityWorld;

const writeLogs = async (): Promise<void> => {
  const after = (_: number, task: () => void) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  };
  const store = new SqliteLogStore({ directory: path.join(world.dataDirectory, "logs"), nowMs: Date.now, after });
  const write = async (orgId: OrgId, containerId: ContainerId): Promise<void> => {
    for (let firstSeq = 0; firstSeq < LINES; firstSeq += PER_BATCH) {
      const encoder = new BatchEncoder();
      for (let seq = firstSeq; seq < firstSeq + PER_BATCH; seq++) {
        const text = Buffer.from(messageOf(seq));
        const flags = flagsOf(seq % 100 === 0 ? 1 : 0, seq % 100 === 0 ? ERROR : INFO);
        encoder.append(startSeconds + seq, 5, flags, text, 0, text.length);
      }
      const tsNs = `${startSeconds + firstSeq + PER_BATCH - 1}000000005`;
      const cursor = { nextSeq: firstSeq + PER_BATCH, tsNs, ordinal: 0, tail: [] };
      await store.append({ orgId, containerId, firstSeq, batches: [encoder.finish(firstSeq)], cursor });
    }
  };
  for (const { orgId, containerId } of Object.values(world.places)) await write(orgId, containerId);
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
const get = (where: string, as: Caller = world.owner): Promise<Response> =>
  fetch(`${world.hub.url}${where}`, { headers: as.headers });
const logsOf = (query: string, place: "P1" | "P2" | "B" = "P1"): string =>
  `/api/containers/${world.places[place].containerId}/logs${query}`;
const linesOf = async (where: string): Promise<readonly string[]> => {
  const response = await get(where);
  expect(response.status).toBe(200);
  return (await response.text()).split("\n").slice(0, -1);
};
const seqsOf = async (where: string): Promise<readonly number[]> =>
  (await linesOf(where)).map((line) => ndjsonLineSchema.parse(JSON.parse(line)).seq);
const problemOf = async (where: string, as: Caller = world.owner): Promise<string> => {
  const response = await get(where, as);
  const { code, detail } = (await response.json()) as { readonly code: string; readonly detail: string };
  return `${response.status} ${code}: ${detail}`;
};
const search = async (query: string, as: Caller = world.owner): Promise<LogSearchResponse> => {
  const response = await get(`/api/logs/search?${query}`, as);
  expect(response.status).toBe(200);
  return (await response.json()) as LogSearchResponse;
};
const range = (from: number, end: number): readonly number[] =>
  Array.from({ length: end - from }, (_, index) => from + index);

describe("[LOGS-06] a container's log", () => {
  test("without a range is its last 1,000 lines, as stamp and message", async () => {
    const lines = await linesOf(logsOf(""));
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
    const response = await get(logsOf("?download=gzip&since=0&format=ndjson"));
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+\.ndjson\.gz"$/);
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    expect(text.split("\n")).toHaveLength(LINES + 1);
    const plain = await get(logsOf("?download=1&tail=5"));
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
    expect(await problemOf(logsOf("?since=5m&until=10m"))).toBe("400 invalid_request: since: must be before until.");
    expect(await problemOf(logsOf("?q=a(&regex=true"))).toMatch(/^400 invalid_request: q: not a regular expression/);
    expect(await problemOf(logsOf(`?q=${"x".repeat(10_240)}`))).toMatch(/^400 invalid_request: q: /);
    expect(await problemOf(logsOf("?tail=many"))).toMatch(/^400 invalid_request: tail: /);
    expect(await problemOf(logsOf("?follow=true&download=1"))).toMatch(/^400 invalid_request: follow: /);
    expect(await problemOf(logsOf("?tial=5"))).toMatch(/^400 invalid_request/);
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
    await waitUntil("nothing is held", async () => (await get(logsOf("?tail=1"))).ok);
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
    const narrowed = caller("narrowed-viewer");
    const { items, progress } = await search("q=failed&limit=1000", narrowed);
    expect(new Set(items.map(({ containerId }) => containerId))).toEqual(new Set([world.places.P1.containerId]));
    expect(progress.containersTotal).toBe(1);
    const other = `/api/logs/search?container=${world.places.P2.containerId}`;
    expect(await problemOf(other, narrowed)).toMatch(/^404 not_found/);
    expect(await problemOf(`/api/logs/search?container=${world.places.B.containerId}`)).toMatch(/^404 not_found/);
    const { hostId, projectId } = world.places.P2;
    expect((await search(`q=failed&limit=1000&host=${hostId}`)).items).toHaveLength(30);
    expect((await search(`q=failed&limit=1000&project=${projectId}`)).items).toHaveLength(30);
    expect((await search("q=failed&label=no.such=label")).progress.containersTotal).toBe(0);
  });

  test("[SEC] a cursor is worth nothing for another question, another org, or when changed", async () => {
    const { nextCursor } = await search("q=failed&limit=3");
    if (nextCursor === null) throw new Error("There is no second page.");
    const refused = /^400 invalid_cursor/;
    expect(await problemOf(`/api/logs/search?q=served&limit=3&cursor=${nextCursor}`)).toMatch(refused);
    expect(await problemOf(`/api/logs/search?q=failed&limit=3&cursor=${nextCursor.slice(0, -3)}AAA`)).toMatch(refused);
    expect(await problemOf("/api/logs/search?q=failed&cursor=abc")).toMatch(refused);
    expect((await search("q=failed&limit=1000", stranger())).items).toHaveLength(30);
    expect(await problemOf(`/api/logs/search?q=failed&limit=3&cursor=${nextCursor}`, stranger())).toMatch(refused);
  });

  test("an expression that takes too long is refused, and the next question is answered", async () => {
    const costly = encodeURIComponent("\\B(?:a[ab]{0,500}|b[ab]{0,400})\\B[^ab]");
    const where = `/api/logs/search?q=${costly}&regex=true&level=unknown`;
    expect(await problemOf(where, stranger())).toMatch(/^422 pattern_too_costly/);
    expect((await search("q=failed&limit=1", stranger())).items).toHaveLength(1);
  });
});

describe("[LOGS-13] around a line", () => {
  test("context is the lines before and after it", async () => {
    const answer = await (await get(logsOf("/context?seq=100&before=2&after=1"))).json();
    expect(answer).toMatchObject({ items: [98, 99, 100, 101].map((seq) => ({ seq, message: messageOf(seq) })) });
    expect(await (await get(logsOf("/context?seq=99999"))).json()).toMatchObject({ items: [] });
  });

  test("a point in time has its line; a log says from where on it is stored", async () => {
    const ts = new Date((startSeconds + 42) * 1000).toISOString();
    const { containerId } = world.places.P1;
    const position = await (await get(logsOf(`/position?ts=${ts}&scope=workload`))).json();
    expect(position).toEqual({ containerId, seq: 42, tsNs: `${startSeconds + 42}000000005`, isExact: true });
    expect(await (await get(logsOf("/range"))).json()).toEqual({
      ...{ containerId, firstSeq: 0, lastSeq: LINES - 1, reason: null },
      ...{ sinceNs: `${startSeconds}000000005`, untilNs: `${startSeconds + LINES - 1}000000005` },
    });
  });

  test("the histogram counts levels in equal buckets", async () => {
    const from = `${startSeconds}000000000`;
    const to = `${startSeconds + LINES}000000000`;
    const answer = await (await get(logsOf(`/histogram?since=${from}&until=${to}&buckets=3`))).json();
    expect(answer as HistogramResponse).toMatchObject({
      ...{ fromNs: from, toNs: to, total: LINES, counts: { info: [990, 990, 990], error: [10, 10, 10] } },
      progress: { isComplete: true, stoppedBy: "end" },
    });
  });
});
