import type { Retention } from "@yardarm/protocol/api/retention";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { type Answer, AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLogStore } from "./stored-logs-world.contract.ts";

/** How long logs are kept, over HTTP and in a whole hub. */

const DAY_MS = 24 * 3_600_000;
const LINES = 100;

let world: AuthorityWorld;

beforeAll(async () => {
  world = await AuthorityWorld.open();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

/** Lines that arrived so many days ago, into a container of the first project. */
const write = async (firstSeq: number, daysAgo: number): Promise<void> => {
  const nowMs = Date.now() - daysAgo * DAY_MS;
  const store = openLogStore(world.dataDirectory, () => nowMs);
  const encoder = new BatchEncoder();
  const seconds = Math.floor(nowMs / 1000);
  const text = Buffer.from("a line");
  for (let line = 0; line < LINES; line++) encoder.append(seconds, line, 0, text, 0, text.length);
  const { orgId, containerId } = world.places.P1;
  const cursor = { nextSeq: firstSeq + LINES, tsNs: `${seconds}000000099`, ordinal: 0, tail: [] };
  await store.append({ orgId, containerId, firstSeq, batches: [encoder.finish(firstSeq)], cursor });
  await store.close();
};

const read = async (as: Caller = world.owner): Promise<Retention> => {
  const answer = await world.ask(as, { method: "GET", path: "/api/retention" });
  expect(answer.status).toBe(200);
  return answer.body as unknown as Retention;
};
const change = (body: unknown, as: Caller = world.owner): Promise<Answer> =>
  world.ask(as, { method: "PATCH", path: "/api/retention", body });
const unset = { days: null, containerBytes: null, orgBytes: null };

describe("[LOGS-03] retention over HTTP", () => {
  test("an organization reads the installation's bounds, sets its own one by one, and takes them back", async () => {
    const before = await read();
    expect(before.own).toEqual(unset);
    expect(before.inForce.days).toBeGreaterThan(0);
    const first = await change({ days: 30, orgBytes: 1_000_000 });
    expect(first).toMatchObject({ status: 200, body: { own: { ...unset, days: 30, orgBytes: 1_000_000 } } });
    await change({ days: 0 });
    const after = await read();
    expect(after.own).toEqual({ days: 0, containerBytes: null, orgBytes: 1_000_000 });
    expect(after.inForce).toEqual({ ...before.inForce, days: 0, orgBytes: 1_000_000 });
    await change(unset);
    expect(await read()).toEqual(before);
    const rows = await world.storage.org(world.places.P1.orgId).audit.before(null, 3);
    expect(rows.map(({ kind }) => kind)).toEqual(Array(3).fill("retention.changed"));
    expect(JSON.parse(rows[2]?.body ?? "{}").details.after).toContain('"maxDays":30');
  });

  test("what is no bound is refused with its reason, and changes nothing", async () => {
    const before = await read();
    for (const [body, word] of [
      [{ days: -1 }, "days"],
      [{ days: 1.5 }, "days"],
      [{ days: 36_501 }, "days"],
      [{ days: "30" }, "days"],
      [{ orgBytes: 2 ** 60 }, "orgBytes"],
      [{ containerBytes: -1, days: 3 }, "containerBytes"],
      [{ totalBytes: 1 }, "totalBytes"],
      [[], ""],
      [null, ""],
    ] as const) {
      const answer = await change(body);
      expect(answer).toMatchObject({ status: 400, code: "invalid_request" });
      expect(answer.text).toContain(word);
    }
    expect(await read()).toEqual(before);
  });

  test("who only looks may read it and change nothing; another organization has bounds of its own", async () => {
    const viewer = world.callers.find(
      ({ role, kind, isNarrowed }) => role === "viewer" && kind === "person" && !isNarrowed,
    );
    if (viewer === undefined) throw new Error("There is no viewer.");
    expect(await read(viewer)).toEqual(await read());
    expect(await change({ days: 1 }, viewer)).toMatchObject({ status: 403 });
    await change({ days: 77 });
    expect((await world.storage.org(world.places.B.orgId).logRetention.find()).maxDays).toBeNull();
    await change(unset);
  });

  test("lines beyond a new bound go, and the log says since when and why", async () => {
    await write(0, 5);
    await write(LINES, 3);
    await write(2 * LINES, 0);
    const { containerId } = world.places.P1;
    const range = async () =>
      (await world.ask(world.owner, { method: "GET", path: `/api/containers/${containerId}/logs/range` })).body;
    expect(await range()).toMatchObject({ firstSeq: 0, lastSeq: 3 * LINES - 1, reason: null });
    await change({ days: 4 });
    await waitUntil("the oldest lines to go", async () => (await range()).reason === "age");
    expect(await range()).toMatchObject({ firstSeq: LINES, reason: "age" });
    await change({ days: 1 });
    await waitUntil("the next ones to go", async () => (await range()).firstSeq === 2 * LINES);
    const logs = await world.ask(world.owner, { method: "GET", path: `/api/containers/${containerId}/logs` });
    expect(logs.text.split("\n")).toHaveLength(LINES + 1);
    await change(unset);
  });
});
