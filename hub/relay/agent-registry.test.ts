import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { expect, test } from "vitest";
import type { AgentConnection } from "./agent-connection.ts";
import { AgentRegistry, type HostPresence } from "./agent-registry.ts";

const orgId = asId<OrgId>("org_0000000000aa");
const hostId = asId<HostId>("hst_0000000000aa");
const start = () => {
  const clock = new ManualClock();
  const presences: HostPresence[] = [];
  const duplicates: HostId[] = [];
  const registry = new AgentRegistry({
    events: { presence: (presence) => presences.push(presence), duplicate: (_, host) => duplicates.push(host) },
    nowMs: () => clock.nowMs(),
  });
  let epoch = 0;
  /** A socket that notes what it is asked to do. */
  const candidate = (agentPublicKey = "key") => {
    const abort = new AbortController();
    const socket = {
      pings: [] as string[],
      closedWith: null as string | null,
      connection: null as AgentConnection | null,
      send: () => {},
      ping: (payload: string) => socket.pings.push(payload),
      close: (code: string) => {
        socket.closedWith = code;
        if (socket.connection !== null) registry.gone(socket.connection);
      },
    };
    epoch += 1;
    const admission = {
      ...{ orgId, hostId, epoch, agentPublicKey, sessionNonce: `nonce${epoch}` },
      ...{ socket, signal: abort.signal },
    };
    const admit = async () => {
      socket.connection = await registry.admit(admission);
      return socket.connection;
    };
    return { socket, abort, admit };
  };
  const statuses = () => presences.map(({ status }) => status);
  return { clock, registry, presences, duplicates, candidate, statuses };
};

test("[CON-4] a host is online, stale 10 s and offline 30 s after its last frame of any kind", async () => {
  const { clock, registry, candidate, statuses, presences } = start();
  const connection = await candidate().admit();
  const pass = (ms: number) => {
    clock.advance(ms);
    registry.tick(clock.nowMs());
  };
  pass(9_999);
  expect(statuses()).toEqual(["online"]);
  pass(1);
  expect(statuses()).toEqual(["online", "stale"]);
  registry.seen(connection);
  expect(statuses()).toEqual(["online", "stale", "online"]);
  pass(29_999);
  expect(statuses().at(-1)).toBe("stale");
  pass(1);
  expect(statuses().at(-1)).toBe("offline");
  expect(presences.at(-1)?.lastSeenMs).toBe(clock.nowMs() - 30_000);
});

test("[CON-4] a closed connection does not make its host offline before its time, and says nothing afterwards", async () => {
  const { clock, registry, candidate, statuses } = start();
  const connection = await candidate().admit();
  registry.gone(connection);
  registry.seen(connection);
  registry.tick(clock.nowMs());
  expect(statuses()).toEqual(["online"]);
  expect(registry.connection(hostId)).toBeNull();
});

test("[CON-3] a first connection that answers the ping keeps its place; the second is refused and reported", async () => {
  const { registry, candidate, duplicates } = start();
  const first = candidate();
  const alive = await first.admit();
  const second = candidate().admit();
  expect(first.socket.pings).toHaveLength(1);
  registry.pong(alive, first.socket.pings[0] ?? "");
  await expect(second).rejects.toMatchObject({ code: "duplicate_agent" });
  expect(duplicates).toEqual([hostId]);
  expect(registry.connection(hostId)).toBe(alive);
  expect(first.socket.closedWith).toBeNull();
});

test("[CON-3] a first connection that is silent for 2 s loses its place", async () => {
  const { clock, registry, candidate, duplicates } = start();
  const first = candidate();
  await first.admit();
  const second = candidate().admit();
  clock.advance(1_999);
  registry.tick(clock.nowMs());
  expect(first.socket.closedWith).toBeNull();
  clock.advance(1);
  registry.tick(clock.nowMs());
  const connection = await second;
  expect(first.socket.closedWith).toBe("superseded");
  expect(registry.connection(hostId)).toBe(connection);
  expect(duplicates).toEqual([]);
});

test("[HOST-06] whoever holds the place with a key that was replaced meanwhile loses it without being asked", async () => {
  const { registry, candidate, duplicates } = start();
  const copy = candidate("old key");
  const late = candidate("old key");
  await copy.admit();
  const agent = await candidate("new key").admit();
  expect(copy.socket.pings).toEqual([]);
  expect(copy.socket.closedWith).toBe("superseded");
  // It proved the old key while that was good, and comes to the door when it is not any more.
  await expect(late.admit()).rejects.toMatchObject({ code: "superseded" });
  expect(registry.connection(hostId)).toBe(agent);
  expect(duplicates).toEqual([]);
});

test("[CON-3] frames that were under way, and answers to older pings, do not keep a place", async () => {
  const { clock, registry, candidate } = start();
  const first = candidate();
  const dead = await first.admit();
  const second = candidate().admit();
  registry.seen(dead);
  registry.pong(dead, "something else");
  clock.advance(2_000);
  registry.tick(clock.nowMs());
  expect(await second).toBe(registry.connection(hostId));
});

test("[CON-3] the place is free at once when the first connection goes meanwhile", async () => {
  const { registry, candidate } = start();
  const first = candidate();
  const connection = await first.admit();
  const second = candidate().admit();
  registry.gone(connection);
  expect(await second).toBe(registry.connection(hostId));
});

test("[CON-3] the teardown of a stale connection does not touch the one that took over", async () => {
  const { clock, registry, candidate, statuses } = start();
  const first = candidate();
  const stale = await first.admit();
  const taking = candidate().admit();
  clock.advance(2_000);
  registry.tick(clock.nowMs());
  const current = await taking;
  registry.gone(stale);
  registry.seen(stale);
  expect(registry.connection(hostId)).toBe(current);
  expect(current.isOpen).toBe(true);
  expect(statuses()).toEqual(["online"]);
});

test("[CON-3] of two that want the place the newer one gets it; one that went away gets nothing", async () => {
  const { clock, registry, candidate } = start();
  await candidate().admit();
  const second = candidate().admit();
  const third = candidate();
  const waiting = third.admit();
  await expect(second).rejects.toMatchObject({ code: "superseded" });
  third.abort.abort();
  await expect(waiting).rejects.toBeInstanceOf(ProtocolError);
  clock.advance(2_000);
  registry.tick(clock.nowMs());
  expect(registry.connection(hostId)?.epoch).toBe(1);
});

test("[CON-3] an older epoch never replaces a newer one, even a silent one", async () => {
  const { clock, registry, candidate } = start();
  const old = candidate();
  const current = await candidate().admit();
  const late = old.admit();
  clock.advance(2_000);
  registry.tick(clock.nowMs());
  await expect(late).rejects.toMatchObject({ code: "superseded" });
  expect(registry.connection(hostId)).toBe(current);
});

test("[CON-5] a removed host is closed as revoked and forgotten", async () => {
  const { registry, candidate } = start();
  const only = candidate();
  await only.admit();
  registry.remove(hostId);
  expect(only.socket.closedWith).toBe("host_revoked");
  expect(registry.presence(hostId)).toBeUndefined();
});
