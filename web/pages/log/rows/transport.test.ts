import { describe, expect, test } from "vitest";
import { makeContainer, makeHost } from "../../../dev/samples.ts";
import { chipLook, formatStopwatch } from "../bar/chip-look.ts";
import { logNotice, type NoticeFacts } from "../pane/log-notice.ts";
import { FOLLOWING, type Reading } from "./reading.ts";
import { deriveTransport, type Transport, type TransportFacts } from "./transport.ts";

const facts = (fields: Partial<TransportFacts> = {}): TransportFacts => ({
  connection: { status: "open", version: "0.1.0", hubClockOffsetMs: 0 },
  feed: { status: "open" },
  host: makeHost({ lastSeenAtNs: "1795269731000000000" }),
  container: makeContainer(),
  hubNowMs: 1_795_269_731_000 + 190_000,
  ...fields,
});
const waiting = { status: "waiting", attempt: 3, nextTryAtMs: 4_000, lostAtMs: 0, closeCode: 1006 } as const;
const exited = { state: "exited", exitCode: 137, finishedAtNs: "1795269731000000000" } as const;

describe("how lines get here", () => {
  test.each<[string, Partial<TransportFacts>, Transport["status"]]>([
    ["all is well", {}, "live"],
    ["nothing has come yet", { feed: { status: "opening" } }, "loading"],
    [
      "the page is connecting for the first time",
      { connection: { status: "connecting", attempt: 0, lostAtMs: null } },
      "loading",
    ],
    ["the connection is lost", { connection: waiting }, "reconnecting"],
    [
      "a lost connection hides an offline host",
      { connection: waiting, host: makeHost({ status: "offline" }) },
      "reconnecting",
    ],
    ["the host is offline", { host: makeHost({ status: "offline" }) }, "hostOffline"],
    ["the host is silent", { host: makeHost({ status: "stale" }) }, "hostOffline"],
    ["the container has ended", { container: makeContainer(exited) }, "ended"],
    ["the container was removed", { container: makeContainer({ removedAtNs: "1795269731000000000" }) }, "ended"],
    ["a restarting container is not over", { container: makeContainer({ state: "restarting" }) }, "live"],
    ["the hub refused", { feed: { status: "failed", code: "forbidden", message: "" } }, "failed"],
    [
      "the driver cannot be read",
      { container: makeContainer({ logSource: { kind: "unreadable", reason: "no" } }) },
      "failed",
    ],
    ["the log is left out", { container: makeContainer({ logSource: { kind: "off", reason: "label" } }) }, "failed"],
  ])("%s", (_name, fields, status) => {
    expect(deriveTransport(facts(fields)).status).toBe(status);
  });

  test("a silent host carries its age", () => {
    const host = makeHost({ status: "offline", lastSeenAtNs: "1795269731000000000" });
    expect(deriveTransport(facts({ host }))).toEqual({ status: "hostOffline", silentMs: 190_000, isStale: false });
  });
});

describe("the chip", () => {
  const text = (fields: Partial<TransportFacts>, reading: Reading = FOLLOWING, count = 1_204): string =>
    chipLook({ transport: deriveTransport(facts(fields)), reading, unseen: { count, isMore: false }, nowMs: 1_000 })
      .text;
  const scrolled: Reading = { status: "scrolled", seenEndSeq: 100 };
  const paused: Reading = { status: "paused", endSeq: 100, sinceMs: -41_000, thenFollow: true };

  test("says how it is read while lines come", () => {
    expect(text({})).toBe("Live");
    expect(text({}, scrolled)).toBe("Live · not following · 1,204 new");
    expect(text({}, scrolled, 0)).toBe("Live · not following");
    expect(text({}, paused)).toBe("Paused · 1,204 waiting · 00:42");
  });

  test("says why none come", () => {
    expect(text({ connection: waiting })).toBe("Reconnecting · try 3, next in 3 s");
    expect(text({ connection: { status: "connecting", attempt: 3, lostAtMs: 0 } })).toBe("Reconnecting…");
    expect(text({ host: makeHost({ status: "offline", lastSeenAtNs: "1795269731000000000" }) })).toBe(
      "Host offline · 3 m",
    );
    expect(text({ container: makeContainer(exited) })).toMatch(/^Exited \(137\) \d\d:\d\d:\d\d$/);
    expect(text({ connection: waiting }, paused)).toMatch(/ · paused$/);
  });

  test.each([
    [0, "00:00"],
    [42_900, "00:42"],
    [727_000, "12:07"],
    [3_727_000, "1:02:07"],
  ])("%i ms on the stopwatch", (ms, expected) => expect(formatStopwatch(ms)).toBe(expected));
});

describe("the sentence beside the lines", () => {
  const notice = (fields: Partial<TransportFacts>, more: Partial<NoticeFacts> = {}) =>
    logNotice({
      transport: deriveTransport(facts(fields)),
      hostName: "fra-1",
      shownCount: 0,
      hiddenCount: 0,
      holdsLines: false,
      isCleared: false,
      isNothingFound: false,
      ...more,
    });

  test("lines without trouble need none", () => {
    expect(notice({}, { shownCount: 3, holdsLines: true })).toBeNull();
  });

  test("nothing written differs from nothing matching, from cleared and from ended", () => {
    expect(notice({})?.text).toBe("This container has written nothing yet.");
    expect(notice({}, { hiddenCount: 1_204 })).toMatchObject({
      text: "No line matches: 1,204 lines hidden.",
      action: "clearFilters",
    });
    expect(notice({}, { isCleared: true })?.text).toContain("Cleared");
    expect(notice({ container: makeContainer(exited) })?.text).toContain("ended without writing");
    expect(notice({ feed: { status: "opening" } })?.text).toBe("Loading the last 1,000 lines…");
  });

  test("[LOGS-11] where nothing is found among the lines of the page, a way leads to the stored ones", () => {
    const found = { shownCount: 40, holdsLines: true, isNothingFound: true };
    expect(notice({}, found)).toMatchObject({ text: "Nothing found in the loaded lines.", action: "searchStored" });
    expect(notice({}, { ...found, hiddenCount: 2 })?.text).toBe("Nothing found in the lines that are shown.");
    const none = { ...found, shownCount: 0, hiddenCount: 40 };
    expect(notice({}, none)).toMatchObject({ action: "clearFilters", also: "searchStored" });
    expect(notice({ connection: waiting }, found)).toMatchObject({ action: "reconnect" });
  });

  test("trouble is said with one thing to do", () => {
    const unreadable = makeContainer({ logSource: { kind: "unreadable", reason: "syslog does not support reading" } });
    expect(notice({ container: unreadable })?.text).toBe("This log cannot be read: syslog does not support reading.");
    expect(notice({ connection: waiting }, { holdsLines: true })).toMatchObject({ action: "reconnect" });
    expect(notice({ host: makeHost({ status: "offline", lastSeenAtNs: "1795269731000000000" }) })).toMatchObject({
      text: "fra-1 has been offline for 3 m. No lines are stored; live again when it returns.",
      action: "showHost",
    });
    expect(notice({ feed: { status: "failed", code: "too_many_streams", message: "" } })).toMatchObject({
      action: "retry",
      code: "too_many_streams",
    });
    const unexpected = { status: "failed", code: "internal", message: "", requestId: "req_1" } as const;
    expect(notice({ feed: unexpected })).toMatchObject({ action: "retry", code: "internal · request req_1" });
  });
});
