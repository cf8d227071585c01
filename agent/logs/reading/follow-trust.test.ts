import { beforeEach, describe, expect, test } from "vitest";
import { FollowTrust } from "./follow-trust.ts";
import { LineTail } from "./line-tail.ts";

const FILE_BYTES = 100_000;
const TEXT = new Uint8Array(30);
const START_S = 1_780_000_000;

let trust: FollowTrust;
let place: LineTail;
let atMs: number;

const stampOf = (ms: number): [number, number] => {
  const seconds = Math.floor(ms / 1_000);
  return [START_S + seconds, Math.round((ms - seconds * 1_000) * 1e6)];
};
/** So many lines, this far apart. */
const take = (lines: number, everyMs = 0.02): void => {
  for (let line = 0; line < lines; line++) {
    atMs += everyMs;
    place.take(...stampOf(atMs), TEXT, 0, TEXT.length);
    trust.take(place, TEXT.length);
  }
};
const judge = (gapMs: number): string => trust.judge(place, ...stampOf(atMs + gapMs));

beforeEach(() => {
  trust = new FollowTrust(FILE_BYTES);
  place = new LineTail();
  atMs = 0;
});

test.each([
  { what: "the next line of a flood", gapMs: 0.02, verdict: "next" },
  { what: "a gap as long as half a file takes", gapMs: 11, verdict: "verify" },
  { what: "a line that came before", gapMs: -0.1, verdict: "verify" },
  { what: "a line that another overtook", gapMs: -0.09, verdict: "next" },
  { what: "the same stamp again", gapMs: 0, verdict: "verify" },
])("[LOGS-09] after a flood, $what: $verdict", ({ gapMs, verdict }) => {
  take(2_000);
  expect(judge(gapMs)).toBe(verdict);
});

test("[LOGS-09] a quiet log is never looked at again, however long it pauses", () => {
  take(2_000, 1_000);
  expect([judge(1_000), judge(60_000)]).toEqual(["next", "next"]);
});

test("[LOGS-09] where lines of equal stamps are usual, they announce nothing", () => {
  take(2_000);
  take(1, 0);
  expect(judge(0)).toBe("next");
});

describe("what is stored was looked at", () => {
  beforeEach(() => take(2_000));

  test("[LOGS-09] and showed a rush: it is looked at again, not followed", () => {
    trust.begin(true);
    take(600);
    expect(trust.verified()).toBe(true);
  });

  test("[LOGS-09] and showed little: it is followed again, and believed sooner", () => {
    trust.begin(true);
    take(2);
    expect(trust.verified()).toBe(false);
    expect([judge(12), judge(25)]).toEqual(["next", "verify"]);
  });

  test("[LOGS-09] and showed nothing twice: a gap is a gap, and a repeat has to wait", () => {
    for (let round = 0; round < 2; round++) {
      trust.begin(true);
      expect(trust.verified()).toBe(false);
    }
    expect([trust.mayVerify, judge(1_000), judge(-0.1)]).toEqual([false, "next", "wait"]);
    take(1);
    expect([trust.mayVerify, judge(1_000)]).toEqual([true, "verify"]);
  });
});

test("[LOGS-09] a follow that has just begun is asked about its silence once, a flood after each burst, a quiet log never again", () => {
  expect(trust.silenceMs).toBe(250);
  trust.silenceIsRight();
  expect(trust.silenceMs).toBeNull();
  take(2_000);
  expect(trust.silenceMs).toBe(100);
  for (let question = 0; question < 10; question++) trust.silenceIsRight();
  expect(trust.silenceMs).toBeNull();
  trust.begin(false);
  expect(trust.silenceMs).toBe(250);
});
