import { asId, type ContainerId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";
import { ERROR, LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { describe, expect, test } from "vitest";
import { framesOf, type SampleLine } from "../../../dev/log-samples.ts";
import { makeContainer } from "../../../dev/samples.ts";
import { LogStore } from "../../../live/log-store.ts";
import { LogDecoding } from "../../../workers/log-decoding.ts";
import { countOf } from "../../log/histogram/buckets.ts";
import { choicesFrom } from "./ContainerSelector.tsx";
import { mayHaveOlder, offerText } from "./use-host-lines.ts";
import { storedBuckets } from "./use-lines-over-time.ts";
import { momentsOf, neighbourMarkers, neighboursOf } from "./use-markers.ts";
import { noticeOf, searchFor } from "./use-target-line.ts";

const containerId = (name: string): ContainerId => asId<ContainerId>(`ctr_${name.padEnd(16, "0")}`);
const hostId = (name: string): HostId => asId<HostId>(`hst_${name.padEnd(16, "0")}`);

const filled = (firstSeq: number, lines: readonly SampleLine[]): LogStore => {
  const store = new LogStore();
  const decoding = new LogDecoding();
  for (const frame of framesOf(1, firstSeq, lines)) {
    const answer = decoding.receive({ type: "frame", frame });
    if (answer?.type === "lines") store.add(answer.lines, null);
  }
  return store;
};

describe("[LOGS-05] the container selector", () => {
  test("offers the same compose project, then the same host, then the fleet; removed containers only if one is here", () => {
    const shop = { project: "shop", service: "web", number: 1 };
    const here = makeContainer({ containerId: containerId("here"), hostId: hostId("a"), name: "web", compose: shop });
    const others = [
      makeContainer({ containerId: containerId("db"), hostId: hostId("b"), name: "db", compose: shop }),
      makeContainer({ containerId: containerId("ten"), hostId: hostId("a"), name: "job-10", compose: null }),
      makeContainer({ containerId: containerId("nine"), hostId: hostId("a"), name: "job-9", compose: null }),
      makeContainer({ containerId: containerId("far"), hostId: hostId("b"), name: "far", compose: null }),
      makeContainer({ containerId: containerId("gone"), hostId: hostId("a"), name: "gone", removedAtNs: "1" }),
    ];
    const groups = choicesFrom(here, [here, ...others], (id) => id.slice(4, 5));
    expect(groups.map(({ label, items }) => [label, items.map(({ text }) => text)])).toEqual([
      ["Compose project shop", ["a / web", "b / db"]],
      ["Same host", ["a / job-9", "a / job-10"]],
      ["Fleet", ["b / far"]],
    ]);
  });
});

describe("[LOGS-05] what happened to the container", () => {
  const workloadId = asId<WorkloadId>("wkl_aaaaaaaaaaaaaaaa");
  const generation = (name: string, createdAtNs: string, image: string) =>
    makeContainer({ containerId: containerId(name), workloadId, createdAtNs, image });
  const first = generation("first", "1795260000000000000", "shop/web:1");
  const second = generation("second", "1795261000000000000", "shop/web:2");
  const third = generation("third", "1795262000000000000", "shop/web:2");

  test("the neighbours are the generations directly before and after", () => {
    expect(neighboursOf(second, [third, first, second])).toEqual({ former: first, later: third });
    expect(neighboursOf(first, [first, second, third])).toEqual({ former: null, later: second });
  });

  test("dividers say what was replaced by what, and lead there", () => {
    const [former, later] = neighbourMarkers(second, { former: first, later: third });
    expect(former).toMatchObject({ at: "start", action: "Show the former container" });
    expect(former?.text).toMatch(/^container replaced .*: .*web:1 → .*web:2$/);
    expect(later).toMatchObject({ at: "end", action: "Show the container that followed" });
    expect(later?.text).toMatch(/same image/);
    expect(neighbourMarkers(second, { former: null, later: null })).toEqual([]);
  });

  test("a start and an end are told with their time", () => {
    const exited = makeContainer({
      state: "exited",
      exitCode: 137,
      startedAtNs: "1795260000000000000",
      finishedAtNs: "1795261000000000000",
    });
    const [started, ended] = momentsOf(exited);
    expect(started).toMatchObject({ atMs: 1_795_260_000_000 });
    expect(started?.text).toMatch(/^started .*\d\d:\d\d:\d\d$/);
    expect(ended?.text).toMatch(/^exited \(137\) /);
  });
});

describe("[LOGS-05] the line of a link", () => {
  const container = makeContainer({ containerId: containerId("here") });
  const line = {
    workloadId: container.workloadId,
    containerId: container.containerId,
    seq: 15,
    atMs: 1_795_260_000_000,
  };
  const store = filled(20, [{ text: "one" }, { text: "two" }]);

  test("is wanted while it may still be loaded, and gone when the hub says so", () => {
    expect(searchFor(null, container, { store, hasOpened: true }).status).toBe("none");
    expect(searchFor(line, container, { store, hasOpened: false })).toEqual({ status: "wanted", seq: 15 });
    expect(searchFor(line, container, { store, hasOpened: true })).toEqual({ status: "wanted", seq: 15 });
    expect(searchFor({ ...line, seq: 900 }, container, { store, hasOpened: true }).status).toBe("gone");
    store.noteAbsent({ fromSeq: 0, endSeq: 18 });
    const gone = searchFor(line, container, { store, hasOpened: true });
    expect(gone.status).toBe("gone");
    expect(noticeOf(gone)?.text).toMatch(/no longer stored\. It was written at \d{4}-\d\d-\d\d/);
  });

  test("that another container wrote leads there", () => {
    const elsewhere = searchFor({ ...line, containerId: containerId("other") }, container, { store, hasOpened: true });
    expect(noticeOf(elsewhere)).toMatchObject({ action: "followLink" });
  });
});

describe("[LOGS-15] older lines from the host", () => {
  const loss = { reason: "before_enrollment", fromTsNs: "1", toTsNs: "2" } as const;

  test("are offered where something was written before the first stored line", () => {
    const evicted = filled(20, [{ text: "one" }]);
    expect(mayHaveOlder({ store: evicted, hasOpened: true })).toBe(false);
    evicted.noteAbsent({ fromSeq: 0, endSeq: 20 });
    expect(mayHaveOlder({ store: evicted, hasOpened: true })).toBe(true);
    expect(mayHaveOlder({ store: evicted, hasOpened: false })).toBe(false);
    expect(mayHaveOlder({ store: filled(0, [{ text: "first" }]), hasOpened: true })).toBe(false);
    expect(mayHaveOlder({ store: filled(0, [{ text: "", loss }, { text: "later" }]), hasOpened: true })).toBe(true);
  });

  test("each state has its sentence, and an action where there is one", () => {
    expect(offerText({ status: "idle", cursor: null }, "fra-1").action).toBe("Read them from the host");
    expect(offerText({ status: "loading", cursor: null }, "fra-1").action).toBeNull();
    expect(offerText({ status: "failed", cursor: null, why: "no" }, "fra-1")).toMatchObject({ action: "Try again" });
    expect(offerText({ status: "ended", end: "begins" }, "fra-1").text).toBe("The log begins here.");
    expect(offerText({ status: "ended", end: "gone" }, "fra-1").text).toContain("nothing older");
  });
});

test("[LOGS-05] what the hub has counted becomes buckets; a level that it leaves out has none", () => {
  const progress = {
    scannedBackToNs: null,
    isComplete: true,
    bytesScanned: 0,
    containersDone: 1,
    containersTotal: 1,
    hostsDone: 1,
    hostsTotal: 1,
    stoppedBy: "end" as const,
    unreadableLines: 0,
  };
  const answer = { fromNs: "1000000000", toNs: "3000000000", bucketNs: "1000000000", total: 5, progress };
  const buckets = storedBuckets({ ...answer, counts: { error: [2, 0], info: [0, 3] } });
  expect(buckets).toMatchObject({ fromMs: 1_000, stepMs: 1_000 });
  if (buckets === null) throw new Error("no buckets");
  expect([0, 1].map((bucket) => countOf(buckets, bucket, ERROR))).toEqual([2, 0]);
  expect(countOf(buckets, 1, LEVEL_NAMES.indexOf("info"))).toBe(3);
  expect(storedBuckets({ ...answer, total: 0, counts: {} })).toBeNull();
});
