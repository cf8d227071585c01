import { expect, test } from "vitest";
import { Epochs } from "./epochs.ts";

const start = (startSeq: number) => {
  let count = 0;
  return new Epochs(() => `e${++count}`, startSeq);
};

test("[LOG-9] a client of the present epoch keeps everything below its start, and what came since", () => {
  const epochs = start(100);
  expect(epochs.contradictedFrom({ epoch: "e1", committedSeq: 40 })).toBe(100);
});

test("[LOG-9] one that slept through several epochs drops from the lowest of them on, not from the last", () => {
  const epochs = start(100);
  epochs.begin(110);
  epochs.begin(105);
  epochs.begin(120);
  expect([epochs.name, epochs.startSeq]).toEqual(["e4", 120]);
  expect(epochs.contradictedFrom({ epoch: "e1", committedSeq: 100 })).toBe(105);
  expect(epochs.contradictedFrom({ epoch: "e3", committedSeq: 100 })).toBe(120);
});

test("[LOG-9] of an epoch that nobody remembers only what the client knew to be committed stays", () => {
  const epochs = start(100);
  expect(epochs.contradictedFrom({ epoch: "before the hub", committedSeq: 60 })).toBe(60);
  expect(epochs.contradictedFrom({ epoch: "before the hub", committedSeq: 900 })).toBe(100);
  for (let seq = 101; seq < 200; seq++) epochs.begin(seq);
  expect(epochs.contradictedFrom({ epoch: "e1", committedSeq: 100 }), "long forgotten").toBe(100);
});
