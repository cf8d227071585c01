import { asId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeContainer } from "../../dev/samples.ts";
import { EVERYTHING, fitsName, isNothing, isSelected, NOTHING, queryOf, select } from "./log-selection.ts";
import {
  readLogsSearch,
  readSelection,
  readViewQuery,
  withoutSelection,
  writeSelection,
  writeViewQuery,
} from "./logs-address.ts";
import { chosenSources, selectionOf } from "./source-options.ts";

const [fra, ams] = [asId<HostId>("hst_00000000000000000001"), asId<HostId>("hst_00000000000000000002")];
const shop = { project: "shop", service: "web", number: 1 };
const web = makeContainer({ name: "shop-web-1", hostId: fra, compose: shop, labels: { env: "prod", team: "a,b" } });
const database = makeContainer({ name: "shop-db-1", hostId: ams, compose: { ...shop, service: "db" } });
const cron = makeContainer({ name: "cron", hostId: ams, state: "exited", finishedAtNs: "1795300000000000000" });
const gone = makeContainer({ name: "shop-web-0", hostId: fra, compose: shop, removedAtNs: "1795300000000000000" });
const all = [cron, web, database, gone];

const names = (selection: Parameters<typeof select>[1], most?: number) =>
  select(all, selection, most).followed.map(({ name }) => name);

describe("[LOGS-12] whose logs are read", () => {
  test("[LOGS-03] the hub is told the selection where it means the same by it: it knows more removed containers", () => {
    expect(queryOf(NOTHING)).toEqual({});
    expect(queryOf({ ...NOTHING, hosts: [fra, ams], projects: ["shop"], labels: ["team=a,b"] })).toEqual({
      host: `${fra},${ams}`,
      compose: "shop",
      label: "team=a,b",
    });
    for (const more of [{ names: ["web"] }, { projects: ["a", "b"] }, { labels: ["a", "b"] }]) {
      expect(queryOf({ ...NOTHING, hosts: [fra], ...more })).toBeNull();
    }
    expect(queryOf({ ...NOTHING, hosts: [fra], workloads: [web.workloadId] }), "it is in it besides").toBeNull();
  });

  test("several of a kind widen, another kind narrows, what was chosen by itself is always in", () => {
    expect(names({ ...NOTHING, hosts: [fra, ams] })).toEqual(["shop-web-1", "shop-db-1", "cron"]);
    expect(names({ ...NOTHING, hosts: [ams], projects: ["shop"] })).toEqual(["shop-db-1"]);
    expect(names({ ...NOTHING, hosts: [ams], projects: ["shop"], workloads: [cron.workloadId] })).toEqual([
      "shop-db-1",
      "cron",
    ]);
    expect(names({ ...NOTHING, labels: ["env"] })).toEqual(["shop-web-1"]);
    expect(names({ ...NOTHING, labels: ["env=prod", "team=a,b"] })).toEqual(["shop-web-1"]);
    expect(names({ ...NOTHING, labels: ["env=test"] })).toEqual([]);
    expect(names(NOTHING)).toEqual([]);
    expect(names(EVERYTHING)).toEqual(["shop-web-1", "shop-db-1", "cron"]);
  });

  test("one that is created later joins, also under the name of one that was chosen", () => {
    const later = makeContainer({ name: "shop-web-2", hostId: fra, compose: shop });
    expect(isSelected(later, { ...NOTHING, projects: ["shop"] })).toBe(true);
    const recreated = makeContainer({ ...web, workloadId: web.workloadId });
    expect(isSelected(recreated, { ...NOTHING, workloads: [web.workloadId] })).toBe(true);
  });

  test("only so many are followed, the most active ones; removed ones are searched and not followed", () => {
    const { followed, fitting, searched } = select(all, EVERYTHING, 2);
    expect(followed.map(({ name }) => name)).toEqual(["shop-web-1", "shop-db-1"]);
    expect(fitting).toHaveLength(3);
    expect(searched).toContain(gone.containerId);
    expect(searched).toHaveLength(4);
  });

  test("patterns of names", () => {
    expect(fitsName("shop-web-1", "web")).toBe(true);
    expect(fitsName("shop-web-1", "WEB*")).toBe(false);
    expect(fitsName("shop-web-1", "shop-*-1")).toBe(true);
    expect(fitsName("shop-web-1", "*web*")).toBe(true);
    expect(fitsName("aba", "ab*ba")).toBe(false);
    expect(fitsName("ab", "*b*b")).toBe(false);
  });
});

describe("[LOGS-12] the picker", () => {
  test("says compose project in full, where project alone would be one of the organization", () => {
    const selection = readSelection({ compose: "shop", host: fra });
    const chosen = chosenSources(selection, { hosts: [], containers: all });
    expect(chosen.map(({ title }) => title)).toEqual([`host: ${fra}`, "compose project: shop"]);
    expect(selectionOf(chosen)).toEqual(selection);
  });
});

describe("[UI 5] the address is the view", () => {
  test("whatever is selected comes back out of the address", () => {
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 5 });
    fc.assert(
      fc.property(texts, texts, texts, (projects, labels, patterns) => {
        const selection = { ...NOTHING, projects, labels, names: patterns };
        expect(readSelection(writeSelection(selection))).toEqual(selection);
        expect(readSelection(readLogsSearch(writeSelection(selection)))).toEqual(selection);
      }),
    );
  });

  test("what cannot be understood is left out, numbers are text", () => {
    expect(readLogsSearch({ name: 42, since: "1y", find: "", host: {}, pattern: "yes" })).toEqual({ name: "42" });
    expect(readLogsSearch({ since: "1h", find: "timeout", pattern: true })).toEqual({
      since: "1h",
      find: "timeout",
      pattern: true,
    });
    expect(isNothing(readSelection({}))).toBe(true);
  });

  test("[LOGS-11] a range of two moments takes the place of an age; one that ends before it begins is none", () => {
    expect(readLogsSearch({ since: "1h", from: 1_000, to: 2_000 })).toEqual({ from: 1_000, to: 2_000 });
    expect(readLogsSearch({ since: "1h", to: 2_000 })).toEqual({ to: 2_000 });
    expect(readLogsSearch({ since: "1h", from: 2_000, to: 1_000 })).toEqual({ since: "1h" });
    expect(readLogsSearch({ from: -1, to: "tomorrow" })).toEqual({});
    expect(readViewQuery(writeViewQuery({ tab: "stored", from: 1_000, to: 2_000, find: "7" }))).toEqual({
      tab: "stored",
      from: 1_000,
      to: 2_000,
      find: "7",
    });
  });

  test("[LOGS-12] a view is kept by what outlives a container, and without the line that was open", () => {
    const workload = asId<WorkloadId>("wkl_00000000000000000001");
    const search = {
      ...writeSelection({ ...NOTHING, workloads: [workload] }),
      line: "wkl_1.ctr_2.3.4",
      levels: "error",
    };
    expect(readViewQuery(writeViewQuery(search))).toEqual({ workload, levels: "error" });
    // The order in which sources were chosen is kept: a link that is opened and copied again is the same link.
    const chosen = { ...NOTHING, projects: ["shop", "forge"], names: ["*web*"] };
    expect(writeViewQuery(readViewQuery(writeViewQuery(writeSelection(chosen))))).toBe(
      writeViewQuery(writeSelection(chosen)),
    );
  });

  test("[LOGS-13] a kept view has its columns, whatever their fields are called", () => {
    for (const cols of ["status,path~40", "500", "true", '["a"]', '"a"']) {
      expect(readViewQuery(writeViewQuery({ cols })), cols).toEqual({ cols: readLogsSearch({ cols }).cols });
      expect(readLogsSearch({ cols }).cols).toBeDefined();
    }
  });

  test("the rest of the view stays when the selection changes", () => {
    const workload = asId<WorkloadId>("wkl_00000000000000000001");
    const search = { q: "error", find: "x", ...writeSelection({ ...NOTHING, workloads: [workload] }) };
    expect(withoutSelection(search)).toEqual({ q: "error", find: "x" });
  });
});
