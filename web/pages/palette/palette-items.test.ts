import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { makeContainer, makeHost } from "../../dev/samples.ts";
import { findItems, makeGroups, type PaletteFacts } from "./palette-items.ts";

const host = makeHost({ hostId: asId<HostId>("hst_00000000000000000001"), name: "fra-2" });
const container = (name: string, number: number, state: "running" | "exited" = "running") =>
  makeContainer({
    containerId: asId<ContainerId>(`ctr_0000000000000000000${number}`),
    hostId: host.hostId,
    name,
    state,
  });
const web = container("shop-web-1", 1);
const facts: PaletteFacts = {
  hosts: [host],
  containers: [web, container("shop-db-1", 2), container("old-web", 3, "exited")],
  container: undefined,
  host: undefined,
  judge: (verb) =>
    verb === "START"
      ? { allowed: false, reason: "It is running already." }
      : { allowed: true, typedName: null, why: null },
};

const titles = (offered: PaletteFacts, query: string): readonly string[] =>
  findItems(makeGroups(offered), query).flatMap(({ items }) => items.map(({ title }) => title));

test("[UI palette] while nothing is typed, the open page's object comes first", () => {
  const groups = findItems(makeGroups({ ...facts, container: web, host }), "");
  expect(groups[0]?.title).toBe("This container");
  expect(groups[0]?.items[0]?.title).toBe("Restart shop-web-1");
  expect(findItems(makeGroups(facts), "")[0]?.title).toBe("Pages");
});

test("[UI palette] what cannot be done is offered with its reason", () => {
  const [first] = makeGroups({ ...facts, container: web, host });
  expect(first?.items.find(({ id }) => id === "act START")).toMatchObject({
    title: "Start shop-web-1",
    disabledReason: "It is running already.",
  });
});

test("[UI palette] what was typed decides the order of the groups as well", () => {
  expect(titles({ ...facts, container: web, host }, "shop-db-1")[0]).toBe("shop-db-1");
  expect(titles({ ...facts, container: web, host }, "restart")[0]).toBe("Restart shop-web-1");
  expect(titles(facts, "web")).toEqual(["old-web", "shop-web-1"]);
  expect(titles(facts, "fra-2")[0]).toBe("fra-2");
  expect(titles(facts, "dark")).toEqual(["Theme: dark"]);
  expect(titles(facts, "nothing like this")).toEqual([]);
});
