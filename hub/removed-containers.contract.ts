import type { LogSearchResponse } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { AuthorityWorld, type AuthorityWorldOptions, type Caller } from "@yardarm/testkit/authority-world";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { containerIdOf, workloadIdOf } from "./inventory/container-id.ts";
import type { LogStore } from "./logs/log-store.ts";
import { type RunningHub, runHub } from "./main.ts";

export interface RemovedContainersOptions extends AuthorityWorldOptions {
  /** The hub's log store, for the test's own hands; what is appended arrives at `nowMs`. */
  readonly openLogs: (dataDirectory: string, nowMs: () => number) => Promise<LogStore>;
}

const REMOVED = 150;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const LINES = 3;

/**
 * Logs of containers that are long gone, read over HTTP from whole hubs that follow each other on the same data. A hundred
 * are shown of a host; the first two are not, and only they have written anything.
 */
export const removedContainersContract = (name: string, open: () => Promise<RemovedContainersOptions>): void => {
  describe(`removed containers on ${name}`, () => {
    test("[LOGS-03] of more than are shown the oldest are read and searched until retention took their lines", async () => {
      const options = await open();
      await using world = await AuthorityWorld.open(options);
      await world.hub.stop();
      const [oldest, other] = await fill(world, options);
      const isOver = { env: { ...options.env, YARDARM_LOG_DAYS: "0" }, world };

      await withHub(isOver, async (hub) => {
        const get = asked(hub);
        const found = await get(world.owner, `/api/containers/${oldest}`);
        expect(await found.json()).toMatchObject({ name: "job", hostId: world.places.P2.hostId });
        const listed = (await (await get(world.owner, "/api/containers")).json()) as { items: readonly Container[] };
        expect(listed.items.map(({ containerId }) => containerId)).not.toContain(oldest);

        const logs = `/api/containers/${oldest}/logs`;
        expect(await (await get(world.owner, logs)).text()).toContain(`line 0 of ${oldest}`);
        expect(await (await get(world.owner, `${logs}?download=1`)).text()).toContain(`line 2 of ${oldest}`);
        expect(await (await get(world.owner, `${logs}/range`)).json()).toMatchObject({ firstSeq: 0, lastSeq: 2 });
        expect(await (await get(world.owner, `${logs}/histogram`)).json()).toMatchObject({ total: LINES });
        expect(await (await get(world.owner, `${logs}/position?ts=30d`)).json()).toMatchObject({ seq: 0 });
        expect(await (await get(world.owner, `${logs}/context?seq=1`)).json()).toMatchObject({ items: { length: 3 } });
        const newest = await (await get(world.owner, `/api/containers/${idAt(world, 149)}/logs?scope=workload`)).text();
        expect(newest.trimEnd().split("\n"), "all of that name").toHaveLength(2 * LINES);

        const everywhere = await search(hub, world.owner);
        expect(new Set(everywhere.items.map(({ containerId }) => containerId))).toEqual(new Set([oldest, other]));
        const named = { name: "job", hostId: world.places.P2.hostId, hostName: "web" };
        expect(everywhere.containers).toEqual({ [oldest]: named, [other]: named });
        expect((await search(hub, world.owner, `&container=${oldest}`)).items).toHaveLength(LINES);

        for (const stranger of [narrowed(world), outsider(world)]) {
          expect((await get(stranger, `/api/containers/${oldest}`)).status).toBe(404);
          expect((await get(stranger, logs)).status).toBe(404);
          expect((await search(hub, stranger)).items).toEqual([]);
        }
      });

      await withHub({ ...isOver, env: options.env ?? {} }, async (hub) => {
        const get = asked(hub);
        await waitUntil("the oldest is forgotten", async () => {
          return (await get(world.owner, `/api/containers/${oldest}`)).status === 404;
        });
        expect((await get(world.owner, `/api/containers/${oldest}/logs`)).status).toBe(404);
        expect((await search(hub, world.owner)).items.map(({ containerId }) => containerId)).toEqual(
          Array.from({ length: LINES }, () => other),
        );
      });
      const rows = await world.storage.org(world.ownerActor.orgId).containers.ofHost(world.places.P2.hostId);
      const known = rows.map(({ containerId }) => containerId);
      expect(known).not.toContain(oldest);
      expect(known).toContain(other);
    });
  });
};

const idAt = (world: AuthorityWorld, n: number): ContainerId => containerIdOf(world.places.P2.hostId, dockerIdOf(n));

/** Removes 150 containers of our second project's host; two of them wrote lines, one long ago. Returns those two. */
const fill = async (
  world: AuthorityWorld,
  { openLogs }: RemovedContainersOptions,
): Promise<readonly [ContainerId, ContainerId]> => {
  const { orgId, hostId } = world.places.P2;
  const nowMs = Date.now();
  // The first two went long ago; of the others the last words might still come.
  const removedAtMs = (n: number): number => nowMs - (n === 0 ? 20 * DAY_MS : n === 1 ? 2 * HOUR_MS : 200 - n);
  await world.storage.org(orgId).containers.upsert(
    Array.from({ length: REMOVED }, (_, n) => ({
      ...reportedContainer(n, { name: "job", state: "exited" }),
      ...{ containerId: idAt(world, n), workloadId: workloadIdOf(hostId, "job"), hostId },
      removedAtNs: `${removedAtMs(n)}000000`,
      logSource: { kind: "pending" },
    })),
  );
  for (const n of [0, 1])
    await writeLines(openLogs, world, { orgId, containerId: idAt(world, n), atMs: removedAtMs(n) });
  return [idAt(world, 0), idAt(world, 1)];
};

const writeLines = async (
  openLogs: RemovedContainersOptions["openLogs"],
  world: AuthorityWorld,
  { orgId, containerId, atMs }: { readonly orgId: OrgId; readonly containerId: ContainerId; readonly atMs: number },
): Promise<void> => {
  const store = await openLogs(world.dataDirectory, () => atMs);
  const seconds = Math.floor(atMs / 1000);
  const encoder = new BatchEncoder();
  for (let seq = 0; seq < LINES; seq++) {
    const text = Buffer.from(`line ${seq} of ${containerId}`);
    encoder.append(seconds, seq, 0, text, 0, text.length);
  }
  const cursor: LogCursor = { nextSeq: LINES, tsNs: `${seconds}000000002`, ordinal: 0, tail: [], ended: true };
  await store.append({ orgId, containerId, firstSeq: 0, batches: [encoder.finish(0)], cursor });
  await store.close();
};

const withHub = async (
  { world, env }: { readonly world: AuthorityWorld; readonly env: Readonly<Record<string, string>> },
  use: (hub: RunningHub) => Promise<void>,
): Promise<void> => {
  const config = parseConfig(
    { YARDARM_DATA: world.dataDirectory, YARDARM_PORT: "0", YARDARM_LOG_LEVEL: "silent", ...env },
    [],
  );
  if (!config.ok) throw new Error(config.problems.join(" "));
  const hub = await runHub(config.config);
  try {
    await use(hub);
  } finally {
    await hub.stop();
  }
};

const asked =
  (hub: RunningHub) =>
  (caller: Pick<Caller, "headers">, where: string): Promise<Response> =>
    fetch(`${hub.url}${where}`, { headers: caller.headers });

/** Lines that the containers of this test wrote: all pages, because a busy machine may need several. */
const search = async (
  hub: RunningHub,
  caller: Pick<Caller, "headers">,
  more = "",
): Promise<Pick<LogSearchResponse, "items" | "containers">> => {
  const items: LogSearchResponse["items"] = [];
  const containers: LogSearchResponse["containers"] = {};
  let cursor = "";
  for (;;) {
    const response = await asked(hub)(caller, `/api/logs/search?q=line${more}${cursor}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as LogSearchResponse;
    items.push(...page.items);
    Object.assign(containers, page.containers);
    if (page.nextCursor === null) return { items, containers };
    cursor = `&cursor=${page.nextCursor}`;
  }
};

const called = (world: AuthorityWorld, name: string): Caller => {
  const found = world.callers.find((caller) => caller.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};

/** A member who may see our first project. */
const narrowed = (world: AuthorityWorld): Caller => called(world, "narrowed-viewer");

/** The owner of another org, in their own. */
const outsider = (world: AuthorityWorld): Pick<Caller, "headers"> => {
  const { "x-yardarm-org": _, ...headers } = called(world, "owner of another org, naming ours").headers;
  return { headers };
};
