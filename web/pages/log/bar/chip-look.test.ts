import { describe, expect, test } from "vitest";
import { NOTHING_UNSEEN, type Reading } from "../rows/reading.ts";
import type { Transport } from "../rows/transport.ts";
import { chipLook } from "./chip-look.ts";

/** The chip comes of two unions: every pair of them has one look, and none is forgotten. */

const TRANSPORTS: Readonly<Record<Transport["status"], Transport>> = {
  loading: { status: "loading" },
  live: { status: "live" },
  reconnecting: { status: "reconnecting", attempt: 3, nextTryAtMs: 5_000 },
  hostOffline: { status: "hostOffline", silentMs: 180_000, isStale: false },
  ended: { status: "ended", word: "Exited (137)", atMs: null },
  failed: { status: "failed", code: "log_unreadable", message: "no" },
};
const READINGS: Readonly<Record<Reading["status"], Reading>> = {
  following: { status: "following" },
  scrolled: { status: "scrolled", seenEndSeq: 100 },
  paused: { status: "paused", endSeq: 100, sinceMs: -41_000, thenFollow: true },
};

const LOOKS: Readonly<Record<Transport["status"], Readonly<Record<Reading["status"], string>>>> = {
  loading: { following: "Loading…", scrolled: "Loading…", paused: "Loading… · paused" },
  live: {
    following: "Live",
    scrolled: "Live · not following · 1,204 new",
    paused: "Paused · 1,204 waiting · 00:42",
  },
  reconnecting: {
    following: "Reconnecting · try 3, next in 4 s",
    scrolled: "Reconnecting · try 3, next in 4 s",
    paused: "Reconnecting · try 3, next in 4 s · paused",
  },
  hostOffline: {
    following: "Host offline · 3 m",
    scrolled: "Host offline · 3 m",
    paused: "Host offline · 3 m · paused",
  },
  ended: { following: "Exited (137)", scrolled: "Exited (137)", paused: "Exited (137) · paused" },
  failed: { following: "Not readable", scrolled: "Not readable", paused: "Not readable · paused" },
};

const PAIRS = Object.entries(LOOKS).flatMap(([transport, row]) =>
  Object.entries(row).map(([reading, text]) => [transport, reading, text] as const),
);

describe("[LOGS-05] the chip, of transport and reading", () => {
  test.each(PAIRS)("%s, %s: %s", (transport, reading, text) => {
    const look = chipLook({
      transport: TRANSPORTS[transport as Transport["status"]],
      reading: READINGS[reading as Reading["status"]],
      unseen: { count: 1_204, isMore: false },
      nowMs: 1_000,
    });
    expect(look.text).toBe(text);
  });

  test("a view that is paused looks another way than one that lives", () => {
    const [live, paused] = (["following", "paused"] as const).map((reading) =>
      chipLook({ transport: TRANSPORTS.live, reading: READINGS[reading], unseen: NOTHING_UNSEEN, nowMs: 1_000 }),
    );
    expect(paused?.icon).not.toBe(live?.icon);
    expect(paused?.tone).not.toBe(live?.tone);
  });

  test("what the filter may show of lines that are not here yet is said", () => {
    const textOf = (count: number, isMore: boolean): string =>
      chipLook({ transport: TRANSPORTS.live, reading: READINGS.scrolled, unseen: { count, isMore }, nowMs: 1_000 })
        .text;
    expect(textOf(0, false)).toBe("Live · not following");
    expect(textOf(0, true)).toBe("Live · not following · 0+ new");
    expect(textOf(1_204, true)).toBe("Live · not following · 1,204+ new");
  });
});
