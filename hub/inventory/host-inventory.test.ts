import { asId, type HostId } from "@yardarm/protocol/ids";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { HostInventory } from "./host-inventory.ts";

const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");

const open = (nowNs = () => 5n) => new HostInventory({ hostId, nowNs, known: [] });

const snapshot = (revision: number, page: number, last: boolean, numbers: readonly number[]) => ({
  type: "inventory.snapshot" as const,
  revision,
  page,
  last,
  containers: numbers.map((n) => reportedContainer(n)),
});

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
    expect(outcome).toEqual({ kind: "changed", containers: [], forgotten: [] });
  });

  test("removed containers are kept up to a bound, the oldest are forgotten", () => {
    let now = 0n;
    const inventory = open(() => {
      now += 1n;
      return now;
    });
    const all = Array.from({ length: 130 }, (_, n) => n);
    inventory.applySnapshot(snapshot(1, 0, true, all));
    const outcome = inventory.applySnapshot(snapshot(2, 0, true, []));
    expect(outcome.kind === "changed" && outcome.forgotten).toHaveLength(30);
    expect(inventory.container(dockerIdOf(0))).toBeUndefined();
    expect(inventory.container(dockerIdOf(129))).toBeDefined();
  });

  test("[LOGS-14] the state of a log source is kept over later reports of the container", () => {
    const inventory = open();
    inventory.applySnapshot(snapshot(1, 0, true, [1]));
    const source = { kind: "unreadable" as const, reason: "configured logging driver does not support reading" };
    const message = { type: "log.status" as const, containers: [{ dockerId: dockerIdOf(1), source }] };
    expect(inventory.applyLogStatus(message)).toMatchObject([{ logSource: source }]);
    expect(inventory.applyLogStatus(message)).toEqual([]);
    inventory.applyDelta({
      type: "inventory.delta",
      revision: 2,
      upserts: [reportedContainer(1, { state: "exited" })],
      removes: [],
    });
    expect(inventory.container(dockerIdOf(1))).toMatchObject({ state: "exited", logSource: source });
  });
});
