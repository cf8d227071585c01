import { asId, type HostId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { makeHost } from "../../dev/samples.ts";
import type { ConnectionState } from "../../live/hub-socket.ts";
import { type NewsFacts, rankNews } from "./news.ts";

const open: ConnectionState = { status: "open", version: "1", hubClockOffsetMs: 0 };
const at = new Date(2026, 10, 21, 14, 2, 11).getTime();
const waiting: ConnectionState = {
  status: "waiting",
  attempt: 2,
  nextTryAtMs: at + 3_400,
  lostAtMs: at,
  closeCode: 1006,
};

const facts = (fields: Partial<NewsFacts>): NewsFacts => ({
  connection: open,
  isOutdated: false,
  hosts: [makeHost()],
  isInsecure: false,
  nowMs: at,
  ...fields,
});

test("all is well: nothing is said", () => {
  expect(rankNews(facts({}))).toEqual({ kind: "quiet", hosts: 1 });
});

test("a lost connection outranks everything and says how old the data is", () => {
  expect(rankNews(facts({ connection: waiting, isOutdated: true, isInsecure: true }))).toEqual({
    kind: "disconnected",
    text: "Disconnected: data from 14:02:11",
    countdown: ", next try in 4 s",
  });
});

test("the very first connection is no news, a later attempt is", () => {
  expect(rankNews(facts({ connection: { status: "connecting", attempt: 0, lostAtMs: null } })).kind).toBe("quiet");
  expect(rankNews(facts({ connection: { status: "connecting", attempt: 1, lostAtMs: null } }))).toMatchObject({
    kind: "disconnected",
    text: "Disconnected: no data yet",
  });
});

test("then a new version, then silent hosts by name, then plain HTTP", () => {
  const silent = ["a", "b", "c", "d", "e"].map((name, index) =>
    makeHost({
      name,
      hostId: asId<HostId>(`hst_0000000000000000000${index}`),
      status: index === 0 ? "stale" : "offline",
    }),
  );
  expect(rankNews(facts({ isOutdated: true, hosts: silent })).kind).toBe("outdated");
  expect(rankNews(facts({ hosts: silent, isInsecure: true }))).toEqual({
    kind: "hosts",
    count: 5,
    names: "a, b, c and 2 more",
  });
  expect(rankNews(facts({ isInsecure: true })).kind).toBe("insecure");
  expect(rankNews(facts({ hosts: [makeHost({ status: "pending" })] })).kind).toBe("quiet");
});
