import { asId, type HostId, type ProjectId } from "@yardarm/protocol/ids";
import type { ProtectionMatch } from "@yardarm/protocol/protection-schema";
import { expect, test } from "vitest";
import { makeContainer, makeHost } from "../../../dev/samples.ts";
import { matchedBy, saysAnything } from "./matched.ts";
import { matchWords } from "./rule-words.ts";

const NOTHING: ProtectionMatch = { name: null, image: null, label: null, composeProject: null, projectId: null };
const [shop, other] = [asId<ProjectId>("prj_11111111111111111111"), asId<ProjectId>("prj_22222222222222222222")];
const [one, two] = [asId<HostId>("hst_11111111111111111111"), asId<HostId>("hst_22222222222222222222")];
const hosts = new Map([
  [one, makeHost({ hostId: one, projectId: shop })],
  [two, makeHost({ hostId: two, projectId: other })],
]);
const containers = [
  makeContainer({ hostId: one, name: "db-2", image: "postgres:17", labels: { tier: "data" } }),
  makeContainer({ hostId: two, name: "db-1", image: "postgres:16" }),
  makeContainer({ hostId: one, name: "db-0", image: "postgres:17", removedAtNs: "1" }),
  makeContainer({ hostId: one, name: "web", image: "nginx:1.29" }),
];

test.each<[string, Partial<ProtectionMatch>, readonly string[]]>([
  ["an image, by name and without what is gone", { image: "postgres:*" }, ["db-1", "db-2"]],
  ["every pattern that is given", { image: "postgres:*", label: "tier=data" }, ["db-2"]],
  ["a project of the organization", { projectId: other }, ["db-1"]],
  ["nobody", { name: "nothing-*" }, []],
])("[ACTN-05] what a rule fits now: %s", (_what, match, names) => {
  expect(matchedBy({ ...NOTHING, ...match }, containers, hosts).map(({ name }) => name)).toEqual(names);
});

test("[ACTN-05] a rule that says nothing is told from one that does, and reads as a sentence", () => {
  expect(saysAnything(NOTHING)).toBe(false);
  const match = { ...NOTHING, image: "postgres:*", projectId: shop };
  expect(saysAnything(match)).toBe(true);
  expect(matchWords(match, () => "Shop")).toBe("image postgres:*, and in the project Shop");
});
