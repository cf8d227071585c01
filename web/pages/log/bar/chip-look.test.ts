import { describe, expect, test } from "vitest";
import type { Reading } from "../rows/reading.ts";
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
      endSeq: 1_304,
      nowMs: 1_000,
    });
    expect(look.text).toBe(text);
  });

  test("a view that is paused looks another way than one that lives", () => {
    const [live, paused] = (["following", "paused"] as const).map((reading) =>
      chipLook({ transport: TRANSPORTS.live, reading: READINGS[reading], endSeq: 1_304, nowMs: 1_000 }),
    );
    expect(paused?.icon).not.toBe(live?.icon);
    expect(paused?.tone).not.toBe(live?.tone);
  });
});
