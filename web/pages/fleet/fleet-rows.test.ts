import type { Container } from "@yardarm/protocol/container";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { makeContainer, makeHost, SAMPLE_HOST_ID } from "../../dev/samples.ts";
import { arrangeItems, type FleetInput, groupItems, keepOrder } from "./fleet-rows.ts";
import { type FleetView, toFleetView } from "./fleet-search.ts";

const otherHost = asId<HostId>("hst_00000000000000000002");
const idleHost = asId<HostId>("hst_00000000000000000003");
const hosts = new Map([
  [SAMPLE_HOST_ID, makeHost({ name: "web-10" })],
  [otherHost, makeHost({ hostId: otherHost, name: "web-9" })],
  [idleHost, makeHost({ hostId: idleHost, name: "idle" })],
]);

const a = makeContainer({ name: "app-2", startedAtNs: "2000000000" });
const b = makeContainer({ name: "app-10", startedAtNs: "1000000000", health: "unhealthy" });
const c = makeContainer({ name: "db", hostId: otherHost, state: "exited", exitCode: 0 });

const input = (view: Partial<FleetView>, list: readonly Container[] = [a, b, c]): FleetInput => ({
  hosts,
  containers: new Map(list.map((container) => [container.containerId, container])),
  view: { ...toFleetView({}), ...view },
  measured: (containerId, what) => (what === "cpu" ? (containerId === b.containerId ? 2 : 0.5) : null),
});

const names = (view: Partial<FleetView>): readonly string[] =>
  arrangeItems(input({ group: "none", ...view })).map(({ container }) => container.name);

describe("order", () => {
  test.each<[string, Partial<FleetView>, readonly string[]]>([
    ["names count like people do", { sort: "name" }, ["app-2", "app-10", "db"]],
    ["backwards", { sort: "name", isDescending: true }, ["db", "app-10", "app-2"]],
    ["worst state first", { sort: "state" }, ["app-10", "app-2", "db"]],
    ["processor by value, unknown last", { sort: "cpu", isDescending: true }, ["app-10", "app-2", "db"]],
    ["unknown last the other way round too", { sort: "cpu" }, ["app-2", "app-10", "db"]],
    ["shortest uptime first, stopped last", { sort: "uptime" }, ["app-2", "app-10", "db"]],
  ])("%s", (_what, view, expected) => {
    expect(names(view)).toEqual(expected);
  });
});

describe("groups", () => {
  const headings = (view: Partial<FleetView>) => {
    const full = input(view);
    return groupItems(arrangeItems(full), full.view, hosts).map((row) =>
      row.kind === "container"
        ? row.item.container.name
        : `# ${row.kind === "host" ? row.host.name : (row.project ?? "-")} ${row.totals.running}/${row.totals.shown} !${row.totals.unhealthy}`,
    );
  };

  test("by host, in the order of names, with totals, and hosts that have nothing", () => {
    expect(headings({})).toEqual(["# web-9 0/1 !0", "db", "# web-10 2/2 !1", "app-2", "app-10", "# idle 0/0 !0"]);
  });

  test("a filter hides hosts that have nothing to show", () => {
    expect(headings({ query: "db" })).toEqual(["# web-9 0/1 !0", "db"]);
  });

  test("by compose project, those without one last", () => {
    const inProject = { ...c, compose: { project: "shop", service: "db", number: 1 } };
    const full = input({ group: "compose" }, [a, inProject]);
    const rows = groupItems(arrangeItems(full), full.view, hosts);
    expect(rows.map((row) => (row.kind === "compose" ? (row.project ?? "-") : row.key))).toEqual([
      "shop",
      c.containerId,
      "-",
      a.containerId,
    ]);
  });
});

test("under the pointer nothing moves: new content in place, newcomers at the end", () => {
  const former = arrangeItems(input({ group: "none" }));
  const newcomer = makeContainer({ name: "aaa" });
  const items = arrangeItems(input({ group: "none", sort: "state" }, [a, { ...b, name: "renamed" }, c, newcomer]));
  expect(keepOrder(former, items).map(({ container }) => container.name)).toEqual(["app-2", "renamed", "db", "aaa"]);
});
