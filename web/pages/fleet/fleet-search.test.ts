import { expect, test } from "vitest";
import { type FleetView, readFleetSearch, toFleetView, writeFleetView } from "./fleet-search.ts";

test("a plain address is the default view, and the default view is a plain address", () => {
  const view = toFleetView(readFleetSearch({}));
  expect(view).toEqual({ query: "", states: [], group: "host", sort: "name", isDescending: false });
  expect(writeFleetView(view)).toEqual({});
});

test("every view survives its address", () => {
  const view: FleetView = {
    query: "host:web nginx",
    states: ["running", "exited"],
    group: "compose",
    sort: "cpu",
    isDescending: true,
  };
  expect(toFleetView(readFleetSearch(writeFleetView(view)))).toEqual(view);
});

test.each([
  [{ group: "label", sort: "__proto__", desc: "yes", state: "happy", q: null }, {}],
  [{ state: "exited,happy,running" }, { state: "running,exited" }],
  [{ q: 8080 }, { q: "8080" }],
  [{ q: ["a"], state: ["running"] }, {}],
])("what an address must not say is dropped: %j", (raw, expected) => {
  expect(readFleetSearch(raw)).toEqual(expected);
});

test("a huge filter is cut", () => {
  expect(readFleetSearch({ q: "x".repeat(10_000) }).q).toHaveLength(500);
});
