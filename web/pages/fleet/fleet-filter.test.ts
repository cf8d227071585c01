import { describe, expect, test } from "vitest";
import { makeContainer, makeHost } from "../../dev/samples.ts";
import { countFleet, type FleetItem, makeFilter } from "./fleet-filter.ts";

const web = makeContainer({
  name: "shop-web-1",
  image: "registry:5000/shop/web:2.1",
  compose: { project: "shop", service: "web", number: 1 },
  labels: { env: "prod" },
});
const db = makeContainer({ name: "db", state: "exited", exitCode: 1 });
const sick = makeContainer({ name: "sick", health: "unhealthy" });
const gone = makeContainer({ name: "gone", removedAtNs: "1" });
const far = makeContainer({ name: "far" });
const host = makeHost({ name: "fra-1" });
const offline = makeHost({ name: "nyc-1", status: "offline" });
const items: readonly FleetItem[] = [
  { container: web, host },
  { container: db, host },
  { container: sick, host },
  { container: gone, host },
  { container: far, host: offline },
];

const found = (query: string, states: Parameters<typeof makeFilter>[1] = []): readonly string[] =>
  items.filter(makeFilter(query, states)).map((item) => item.container.name);

describe("words", () => {
  test.each([
    ["", ["shop-web-1", "db", "sick", "far"]],
    ["SHOP", ["shop-web-1"]],
    ["fra web", ["shop-web-1"]],
    ["web:2.1", ["shop-web-1"]],
    ["host:nyc", ["far"]],
    ["host:n*1", ["far"]],
    ["name:s*", ["shop-web-1", "sick"]],
    ["name:*k", ["sick"]],
    ["compose:shop", ["shop-web-1"]],
    ["label:env=prod", ["shop-web-1"]],
    ["state:exited", ["db"]],
    ["image:shop/web host:fra", ["shop-web-1"]],
    ["nothing", []],
  ])("%j", (query, names) => {
    expect(found(query)).toEqual(names);
  });
});

describe("states", () => {
  test.each<[Parameters<typeof makeFilter>[1], readonly string[]]>([
    [["running"], ["shop-web-1", "sick", "far"]],
    [["unhealthy"], ["sick"]],
    [["exited"], ["db"]],
    [
      ["exited", "unhealthy"],
      ["db", "sick"],
    ],
    [["removed"], ["gone"]],
    [["unreachable"], ["far"]],
    [["paused"], []],
  ])("%j", (states, names) => {
    expect(found("", states)).toEqual(names);
  });
});

test("counters leave removed containers out", () => {
  expect(
    countFleet(
      [host, offline],
      items.map((item) => item.container),
    ),
  ).toEqual({ hosts: 2, hostsOnline: 1, containers: 4, running: 3, unhealthy: 1 });
});
