import type { BulkAction, BulkTarget } from "@yardarm/protocol/api/bulk-actions";
import { asId, type BulkId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { bulkConsequence, bulkStateWords, bulkWords, byConcern, countWords, hostsWords, isOver } from "./bulk-words.ts";

const target = (name: string, host: string, state: BulkTarget["state"]): BulkTarget => ({
  containerId: asId<ContainerId>(`ctr_${name}`),
  name,
  hostId: asId<HostId>(`hst_${host}`),
  hostName: host,
  state,
  actionId: null,
  error: null,
});

const targets = [
  target("a", "fra-1", "succeeded"),
  target("b", "fra-2", "skipped"),
  target("c", "fra-1", "failed"),
  target("d", "fra-1", "unknown"),
];

const bulk = (state: BulkAction["state"], of: readonly BulkTarget[]): BulkAction => ({
  bulkId: asId<BulkId>("blk_1"),
  action: "STOP",
  reason: "r",
  actor: "a",
  state,
  stopOnFailure: false,
  parallelism: 4,
  startedAt: "2026-01-01T00:00:00Z",
  endedAt: null,
  targets: [...of],
});

test("[ACTN-11] what is confirmed names counts and hosts, and the longest grace", () => {
  expect(bulkWords("RESTART", targets)).toBe("Restart 4 containers on 2 hosts");
  expect(bulkWords("STOP", targets.slice(0, 1))).toBe("Stop 1 container on 1 host");
  expect(hostsWords(targets)).toBe("fra-1 (3), fra-2 (1)");
  expect(bulkConsequence("STOP", 45)).toContain("the longest is 45 s");
  expect(bulkConsequence("START", 0)).not.toContain("grace");
});

test("[ACTN-11] the result counts each kind of end, and shows failures first", () => {
  expect(countWords(targets)).toBe("1 done, 1 failed, 1 unknown, 1 not begun");
  expect(byConcern(targets).map(({ name }) => name)).toEqual(["c", "d", "b", "a"]);
});

test("[ACTN-11] it is over only when nothing runs and nothing is unknown", () => {
  expect(isOver(bulk("running", []))).toBe(false);
  expect(isOver(bulk("finished", targets))).toBe(false);
  expect(isOver(bulk("stopped", targets.slice(0, 3)))).toBe(true);
  expect(bulkStateWords(bulk("finished", targets.slice(0, 1)))).toBe("All done.");
  expect(bulkStateWords(bulk("finished", targets))).toBe("It is over.");
  expect(bulkStateWords(bulk("interrupted", targets))).toContain("The hub ended meanwhile.");
});
