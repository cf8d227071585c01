import type { ClientInventoryDelta } from "@yardarm/protocol/client-down/inventory-delta";
import type { ClientInventorySnapshot } from "@yardarm/protocol/client-down/inventory-snapshot";
import type { ContainerId } from "@yardarm/protocol/ids";
import { describe, expect, test, vi } from "vitest";
import { makeContainer, makeHost } from "../dev/samples.ts";
import { InventoryStore } from "./inventory-store.ts";

const one = makeContainer({ name: "one" });
const two = makeContainer({ name: "two" });
const host = makeHost({ name: "fra-1" });

const page = (fields: Partial<ClientInventorySnapshot>): ClientInventorySnapshot => ({
  type: "inventory.snapshot",
  revision: 5,
  page: 0,
  last: true,
  hosts: [],
  containers: [],
  ...fields,
});

const delta = (fields: Partial<ClientInventoryDelta>): ClientInventoryDelta => ({
  type: "inventory.delta",
  revision: 6,
  hosts: [],
  containers: [],
  removedHosts: [],
  removedContainers: [],
  ...fields,
});

const open = () => new InventoryStore({ schedule: (publish) => publish() });

const names = (store: InventoryStore): readonly string[] => {
  const view = store.view();
  return view.status === "known" ? [...view.containers.values()].map((container) => container.name) : ["(loading)"];
};

describe("snapshot", () => {
  test("is shown once its last page is there, never half", () => {
    const store = open();
    expect(store.applySnapshot(page({ last: false, hosts: [host], containers: [one] }))).toBe("ok");
    expect(store.view()).toEqual({ status: "loading" });
    expect(store.applySnapshot(page({ page: 1, containers: [two] }))).toBe("ok");
    expect(names(store)).toEqual(["one", "two"]);
  });

  test("what a complete one does not name is gone, and it stays on screen until then", () => {
    const store = open();
    store.applySnapshot(page({ containers: [one, two] }));
    store.restart();
    store.applySnapshot(page({ revision: 9, last: false, containers: [two] }));
    expect(names(store)).toEqual(["one", "two"]);
    store.applySnapshot(page({ revision: 9, page: 1 }));
    expect(names(store)).toEqual(["two"]);
  });

  test.each<[string, Partial<ClientInventorySnapshot>]>([
    ["a missing page", { page: 2 }],
    ["a page of another revision", { page: 1, revision: 6 }],
    ["a page twice", { page: 1, revision: 4 }],
  ])("%s asks for a new one, once", (_what, fields) => {
    const store = open();
    store.applySnapshot(page({ last: false }));
    expect(store.applySnapshot(page(fields))).toBe("resubscribe");
    expect(store.applySnapshot(page({ page: 3 }))).toBe("ok");
    expect(store.view()).toEqual({ status: "loading" });
  });

  test("deltas between its pages are applied after it, those it already contains are not", () => {
    const store = open();
    store.applySnapshot(page({ last: false, containers: [one] }));
    expect(store.applyDelta(delta({ revision: 5, removedContainers: [one.containerId] }))).toBe("ok");
    expect(store.applyDelta(delta({ revision: 6, containers: [two] }))).toBe("ok");
    store.applySnapshot(page({ page: 1 }));
    expect(names(store)).toEqual(["one", "two"]);
  });
});

describe("deltas", () => {
  test("change, add and remove", () => {
    const store = open();
    store.applySnapshot(page({ containers: [one] }));
    expect(store.applyDelta(delta({ containers: [{ ...one, name: "uno" }, two] }))).toBe("ok");
    expect(names(store)).toEqual(["uno", "two"]);
    expect(store.applyDelta(delta({ revision: 7, removedContainers: [one.containerId] }))).toBe("ok");
    expect(names(store)).toEqual(["two"]);
  });

  test("a revision that does not follow asks for a snapshot, once, and changes nothing", () => {
    const store = open();
    store.applySnapshot(page({ containers: [one] }));
    expect(store.applyDelta(delta({ revision: 8, containers: [two] }))).toBe("resubscribe");
    expect(store.applyDelta(delta({ revision: 9, containers: [two] }))).toBe("ok");
    expect(names(store)).toEqual(["one"]);
    store.applySnapshot(page({ revision: 9, containers: [one, two] }));
    expect(store.applyDelta(delta({ revision: 10, removedContainers: [two.containerId] }))).toBe("ok");
    expect(names(store)).toEqual(["one"]);
  });

  test("an old one is ignored", () => {
    const store = open();
    store.applySnapshot(page({ containers: [one] }));
    expect(store.applyDelta(delta({ revision: 5, removedContainers: [one.containerId] }))).toBe("ok");
    expect(names(store)).toEqual(["one"]);
  });

  test("before any snapshot they wait for nothing and break nothing", () => {
    const store = open();
    expect(store.applyDelta(delta({}))).toBe("ok");
    expect(store.view()).toEqual({ status: "loading" });
  });
});

test("many changes in one frame are told once, and a view that was handed out never changes", () => {
  const pending: (() => void)[] = [];
  const store = new InventoryStore({ schedule: (publish) => pending.push(publish) });
  const told = vi.fn();
  store.subscribe(told);
  store.applySnapshot(page({ containers: [one] }));
  store.applyDelta(delta({ containers: [two] }));
  expect(pending).toHaveLength(1);
  pending.pop()?.();
  expect(told).toHaveBeenCalledTimes(1);
  const before = store.view();
  store.applyDelta(delta({ revision: 7, removedContainers: [two.containerId] }));
  pending.pop()?.();
  expect(before.status === "known" && before.containers.has(two.containerId as ContainerId)).toBe(true);
  expect(names(store)).toEqual(["one"]);
});
