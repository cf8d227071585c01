import { asId, type HostId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { makeContainer, makeHost } from "../../dev/samples.ts";
import type { MergedSourceState } from "../../live/merged-source.ts";
import { type FollowedSource, followedWords, type MergedFacts, mergedNotice, mergedTransport } from "./merged-words.ts";

const [fra, ams] = [
  makeHost({ hostId: asId<HostId>("hst_00000000000000000001"), name: "fra-1" }),
  makeHost({ hostId: asId<HostId>("hst_00000000000000000002"), name: "ams-1", clockSkewMs: 5_200 }),
];
const OPEN: MergedSourceState = { status: "open" };
const REFUSED: MergedSourceState = { status: "failed", code: "forbidden", message: "No." };

const source = (name: string, host = fra, fields: Partial<FollowedSource> = {}): FollowedSource => ({
  container: makeContainer({ name, hostId: host.hostId }),
  host,
  state: OPEN,
  leftOutLines: 0,
  ...fields,
});

const facts = (sources: readonly FollowedSource[], fields: Partial<MergedFacts> = {}): MergedFacts => ({
  connection: { status: "open", version: "0.1.0", hubClockOffsetMs: 0 } as MergedFacts["connection"],
  feed: { status: "open" },
  sources,
  fittingCount: sources.length,
  hubNowMs: Number(BigInt(fra.lastSeenAtNs ?? 0) / 1_000_000n) + 180_000,
  ...fields,
});

const NONE_SHOWN = { shownCount: 0, hiddenCount: 0, holdsLines: false, isCleared: false, isNothingFound: false };

describe("[LOGS-12] a merged view in words", () => {
  test("says what is followed, and how many are not", () => {
    expect(followedWords(facts([source("web"), source("db")]))).toBe("2 containers on 1 host");
    expect(followedWords(facts([source("web")], { fittingCount: 120 }))).toBe(
      "120 match; the 1 most recently active are followed",
    );
  });

  test("says which clock is wrong, which host is away, what cannot be read, what was too much", () => {
    const words = followedWords(
      facts([
        source("web", ams),
        source("db", { ...fra, status: "offline" }, { leftOutLines: 1_204 }),
        source("syslogged", fra, {
          container: makeContainer({ name: "syslogged", logSource: { kind: "unreadable", reason: "syslog" } }),
        }),
      ]),
    );
    expect(words).toContain("ams-1's clock is 5 s ahead");
    expect(words).toContain("offline: fra-1");
    expect(words).toContain("not readable: syslogged");
    expect(words).toContain("1,204 lines too many for this view: open db");
  });

  test("is refused or offline only when all of it is", () => {
    expect(mergedTransport(facts([source("web"), source("db", fra, { state: REFUSED })])).status).toBe("live");
    const refused = mergedTransport(facts([source("db", fra, { state: REFUSED })]));
    expect(mergedNotice(refused, NONE_SHOWN)).toMatchObject({ text: "You may not read these logs.", action: "retry" });
    const offline = { ...fra, status: "offline" as const };
    expect(mergedTransport(facts([source("web", offline), source("db")])).status).toBe("live");
    const away = mergedTransport(facts([source("web", offline)]));
    expect(mergedNotice(away, NONE_SHOWN)).toMatchObject({
      text: "The hosts have been offline for 3 m. Stored lines are shown; live again when they return.",
      action: "showFleet",
    });
  });

  test("has one sentence for each state", () => {
    const loading = mergedTransport(facts([source("web")], { feed: { status: "opening" } }));
    expect(mergedNotice(loading, NONE_SHOWN)?.text).toMatch(/^Loading/);
    const live = mergedTransport(facts([source("web")]));
    expect(mergedNotice(live, NONE_SHOWN)?.text).toBe("These containers have written nothing yet.");
    expect(mergedNotice(live, { ...NONE_SHOWN, isCleared: true })?.text).toMatch(/^Cleared/);
    expect(mergedNotice(live, { ...NONE_SHOWN, hiddenCount: 7 })).toMatchObject({
      text: "No line matches: 7 lines hidden.",
      action: "clearFilters",
    });
    expect(mergedNotice(live, { ...NONE_SHOWN, shownCount: 3 })).toBeNull();
  });
});
