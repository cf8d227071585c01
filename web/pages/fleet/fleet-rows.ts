import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { type FleetItem, makeFilter } from "./fleet-filter.ts";
import { type FleetView, isFiltered, type SortKey } from "./fleet-search.ts";

/** From the fleet in memory to the rows of the table: filter, sort by value, group. */

export type FleetRow =
  | { readonly kind: "host"; readonly key: string; readonly host: Host; readonly totals: Totals }
  | { readonly kind: "compose"; readonly key: string; readonly project: string | null; readonly totals: Totals }
  | { readonly kind: "container"; readonly key: string; readonly item: FleetItem };

export type Totals = { readonly shown: number; readonly running: number; readonly unhealthy: number };

export type FleetInput = {
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly view: FleetView;
  /** The newest measured value, `null` while unknown. */
  readonly measured: (containerId: ContainerId, what: "cpu" | "memory") => number | null;
};

const collator = new Intl.Collator("en", { numeric: true });

/** Worst first: what needs a person comes before what runs. */
const stateRank = ({ container }: FleetItem): number => {
  if (container.removedAtNs !== null) return 9;
  switch (container.state) {
    case "running":
      return container.health === "unhealthy" ? 0 : container.health === "starting" ? 4 : 6;
    case "restarting":
      return 1;
    case "dead":
      return 2;
    case "exited":
      return container.exitCode === 0 ? 8 : 3;
    case "paused":
      return 5;
    case "created":
    case "removing":
      return 7;
  }
};

type SortValue = number | string | null;

/** Seconds are enough for an uptime, and exact in a double. */
const startedSeconds = (container: Container): number | null =>
  container.state === "running" && container.startedAtNs !== null ? Number(container.startedAtNs) / 1e9 : null;

const sortValue = (item: FleetItem, sort: SortKey, measured: FleetInput["measured"]): SortValue => {
  const { container, host } = item;
  switch (sort) {
    case "state":
      return stateRank(item);
    case "name":
      return container.name;
    case "host":
      return host?.name ?? null;
    case "project":
      return container.compose?.project ?? null;
    case "image":
      return container.image;
    case "restarts":
      return container.restartCount;
    case "uptime": {
      const started = startedSeconds(container);
      return started === null ? null : -started;
    }
    case "cpu":
    case "memory":
      return container.state === "running" ? measured(container.containerId, sort) : null;
  }
};

/** Unknown values come last in either direction. */
const compareValues = (one: SortValue, other: SortValue, sign: number): number => {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  if (typeof one === "number" && typeof other === "number") return (one - other) * sign;
  return collator.compare(String(one), String(other)) * sign;
};

const groupName = (item: FleetItem, group: FleetView["group"]): string | null => {
  if (group === "host") return item.host?.name ?? item.container.hostId;
  return group === "compose" ? (item.container.compose?.project ?? null) : null;
};

const groupKey = (item: FleetItem, group: FleetView["group"]): string =>
  group === "host" ? item.container.hostId : `project ${groupName(item, group) ?? ""}`;

/** The containers that the view shows, in its order. */
export const arrangeItems = ({ hosts, containers, view, measured }: FleetInput): readonly FleetItem[] => {
  const isShown = makeFilter(view.query, view.states);
  const sign = view.isDescending ? -1 : 1;
  const keyed: { item: FleetItem; group: string | null; value: SortValue }[] = [];
  for (const container of containers.values()) {
    const item = { container, host: hosts.get(container.hostId) };
    if (!isShown(item)) continue;
    keyed.push({ item, group: groupName(item, view.group), value: sortValue(item, view.sort, measured) });
  }
  keyed.sort(
    (one, other) =>
      compareValues(one.group, other.group, 1) ||
      collator.compare(one.item.container.hostId, other.item.container.hostId) * (view.group === "host" ? 1 : 0) ||
      compareValues(one.value, other.value, sign) ||
      collator.compare(one.item.container.name, other.item.container.name) ||
      (one.item.container.containerId < other.item.container.containerId ? -1 : 1),
  );
  return keyed.map(({ item }) => item);
};

/** Puts a heading in front of each group. Without a filter a host without containers has its heading too. */
export const groupItems = (
  items: readonly FleetItem[],
  view: FleetView,
  hosts: ReadonlyMap<HostId, Host>,
): readonly FleetRow[] => {
  const toRow = (item: FleetItem): FleetRow => ({ kind: "container", key: item.container.containerId, item });
  if (view.group === "none") return items.map(toRow);
  const groups = Map.groupBy(items, (item) => groupKey(item, view.group));
  const rows: FleetRow[] = [];
  for (const [key, members] of groups) {
    const first = members[0];
    if (first === undefined) continue;
    const totals = totalsOf(members);
    if (view.group === "compose") {
      rows.push({ kind: "compose", key, project: first.container.compose?.project ?? null, totals });
    } else if (first.host !== undefined) {
      rows.push({ kind: "host", key, host: first.host, totals });
    }
    for (const member of members) rows.push(toRow(member));
  }
  if (view.group === "host" && !isFiltered(view)) {
    const empty = [...hosts.values()].filter((host) => !groups.has(host.hostId));
    empty.sort((one, other) => collator.compare(one.name, other.name));
    for (const host of empty) rows.push({ kind: "host", key: host.hostId, host, totals: totalsOf([]) });
  }
  return rows;
};

const totalsOf = (items: readonly FleetItem[]): Totals => {
  const running = items.filter(({ container }) => container.state === "running");
  return {
    shown: items.length,
    running: running.length,
    unhealthy: running.filter(({ container }) => container.health === "unhealthy").length,
  };
};

/**
 * Keeps rows where the reader is looking: known ones in their former order with their new content, new ones at the
 * end of the list, vanished ones left out.
 */
export const keepOrder = (former: readonly FleetItem[], items: readonly FleetItem[]): readonly FleetItem[] => {
  const rank = new Map(former.map(({ container }, index) => [container.containerId, index]));
  return [...items].sort(
    (one, other) =>
      (rank.get(one.container.containerId) ?? former.length) - (rank.get(other.container.containerId) ?? former.length),
  );
};
