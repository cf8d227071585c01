import type { Container } from "@yardarm/protocol/container";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { type ContainerChanges, HostInventory, type InventoryOutcome } from "./host-inventory.ts";
import { REMOVED_KEPT, REMOVED_SHOWN } from "./removed-containers.ts";

const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");

const open = (nowNs = () => 5n) => new HostInventory({ hostId, nowNs, known: [], kept: [] });

const snapshot = (revision: number, page: number, last: boolean, numbers: readonly number[]) => ({
  type: "inventory.snapshot" as const,
  revision,
  page,
  last,
  containers: numbers.map((n) => reportedContainer(n)),
});

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const nameOf = (n: number): string => `web-${n}`;

/** Every question is a nanosecond later than the one before. */
const counting = (): (() => bigint) => {
  let now = 0n;
  return () => {
    now += 1n;
    return now;
  };
};

const changesOf = (outcome: InventoryOutcome): ContainerChanges => {
  if (outcome.kind !== "changed") throw new Error("The report follows the one before.");
  return outcome;
};

describe("host inventory", () => {
  test("[CONT-01] pages of a snapshot count as one, and what the last one did not name is removed", () => {
    const inventory = open();
    expect(inventory.applySnapshot(snapshot(1, 0, false, [1, 2])).kind).toBe("incomplete");
    const first = inventory.applySnapshot(snapshot(1, 1, true, [3]));
    expect(first.kind === "changed" && first.containers.map((container) => container.name)).toEqual([
      "web-1",
      "web-2",
      "web-3",
    ]);
    const second = inventory.applySnapshot(snapshot(7, 0, true, [1, 3]));
    expect(second.kind === "changed" && second.containers).toMatchObject([{ name: "web-2", removedAtNs: "5" }]);
  });

  test("[CONT-01] a page that does not follow, and a delta that does not follow, ask for a new snapshot", () => {
    const inventory = open();
    expect(inventory.applySnapshot(snapshot(1, 1, true, [1])).kind).toBe("resync");
    inventory.applySnapshot(snapshot(1, 0, true, [1]));
    const delta = { type: "inventory.delta" as const, revision: 3, upserts: [], removes: [dockerIdOf(1)] };
    expect(inventory.applyDelta(delta).kind).toBe("resync");
    expect(inventory.container(dockerIdOf(1))?.removedAtNs).toBeNull();
    expect(inventory.applyDelta({ ...delta, revision: 2 }).kind, "only a snapshot heals").toBe("resync");
  });

  test("[CONT-06] a recreated container is a new generation of the same workload", () => {
    const inventory = open();
    inventory.applySnapshot(snapshot(1, 0, true, [1]));
    const outcome = inventory.applyDelta({
      type: "inventory.delta",
      revision: 2,
      upserts: [reportedContainer(2, { name: "web-1" })],
      removes: [dockerIdOf(1)],
    });
    if (outcome.kind !== "changed") throw new Error("the delta follows");
    const [created, removed] = outcome.containers;
    expect(created?.workloadId).toBe(removed?.workloadId);
    expect(created?.containerId).not.toBe(removed?.containerId);
    expect(removed?.removedAtNs).toBe("5");
  });

  test("a report that changes nothing says nothing", () => {
    const inventory = open();
    inventory.applySnapshot(snapshot(1, 0, true, [1]));
    const outcome = inventory.applyDelta({
      type: "inventory.delta",
      revision: 2,
      upserts: [reportedContainer(1)],
      removes: [],
    });
    expect(outcome).toEqual({ kind: "changed", containers: [], kept: [], forgotten: [] });
  });

  test("[LOGS-03] the newest removed containers are shown, the ones before stay known", () => {
    const inventory = open(counting());
    inventory.applySnapshot(snapshot(1, 0, true, numbers(130)));
    const outcome = changesOf(inventory.applySnapshot(snapshot(2, 0, true, [])));
    expect(outcome.containers.map(({ name }) => name)).toEqual(numbers(130).slice(30).map(nameOf));
    expect(outcome.kept.map(({ name }) => name)).toEqual(numbers(30).map(nameOf));
    expect(outcome.forgotten).toEqual([]);
    expect(inventory.container(dockerIdOf(0))).toMatchObject({ removedAtNs: "1" });
    inventory.forget(dockerIdOf(0));
    expect(inventory.container(dockerIdOf(0))).toBeUndefined();
  });

  test("[LOGS-03] a kept container takes what its agent says of its log, and is shown again when it is back", () => {
    const inventory = open(counting());
    inventory.applySnapshot(snapshot(1, 0, true, numbers(101)));
    inventory.applySnapshot(snapshot(2, 0, true, []));
    const source = { kind: "unreadable" as const, reason: "no such driver" };
    const status = { type: "log.status" as const, containers: [{ dockerId: dockerIdOf(0), source }] };
    expect(inventory.applyLogStatus(status)).toMatchObject({
      containers: [],
      kept: [{ name: "web-0", logSource: source }],
    });
    const back = { type: "inventory.delta" as const, revision: 3, upserts: [reportedContainer(0)], removes: [] };
    expect(changesOf(inventory.applyDelta(back))).toMatchObject({
      containers: [{ name: "web-0", removedAtNs: null, logSource: source }],
      kept: [],
    });
    const again = { type: "inventory.delta" as const, revision: 4, upserts: [], removes: [dockerIdOf(0)] };
    expect(
      changesOf(inventory.applyDelta(again)).kept.map(({ name }) => name),
      "it went last",
    ).toEqual(["web-1"]);
  });

  test("[LOGS-03] beyond their bound the oldest kept containers are forgotten, after a new connection as well", () => {
    const first = open(counting());
    let revision = 0;
    let kept: Container[] = [];
    let shown: readonly Container[] = [];
    for (let from = 0; from < REMOVED_SHOWN + REMOVED_KEPT; from += 5_050) {
      const created = numbers(5_050).map((n) => n + from);
      first.applySnapshot(snapshot(++revision, 0, true, created));
      const { containers, kept: more } = changesOf(first.applySnapshot(snapshot(++revision, 0, true, [])));
      kept = [...kept, ...more];
      shown = containers;
    }
    expect(kept).toHaveLength(REMOVED_KEPT);
    const second = new HostInventory({ hostId, nowNs: () => 99_999n, known: shown, kept });
    second.applySnapshot(snapshot(1, 0, true, [50_000, 50_001]));
    const { forgotten } = changesOf(second.applySnapshot(snapshot(2, 0, true, [])));
    expect(forgotten).toEqual(kept.slice(0, 2).map(({ containerId }) => containerId));
  });

  test("[LOGS-14] the state of a log source is kept over later reports of the container", () => {
    const inventory = open();
    inventory.applySnapshot(snapshot(1, 0, true, [1]));
    const source = { kind: "unreadable" as const, reason: "configured logging driver does not support reading" };
    const message = { type: "log.status" as const, containers: [{ dockerId: dockerIdOf(1), source }] };
    expect(inventory.applyLogStatus(message)).toMatchObject({ containers: [{ logSource: source }], kept: [] });
    expect(inventory.applyLogStatus(message)).toEqual({ containers: [], kept: [], forgotten: [] });
    inventory.applyDelta({
      type: "inventory.delta",
      revision: 2,
      upserts: [reportedContainer(1, { state: "exited" })],
      removes: [],
    });
    expect(inventory.container(dockerIdOf(1))).toMatchObject({ state: "exited", logSource: source });
  });
});
