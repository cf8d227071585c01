import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { StateFilter } from "./fleet-search.ts";

/** Which containers a view shows. */

export type FleetItem = { readonly container: Container; readonly host: Host | undefined };

type Term = { readonly field: Field | null; readonly text: string };

const FIELDS = ["name", "host", "image", "compose", "label", "state"] as const;
type Field = (typeof FIELDS)[number];

const readTerms = (query: string): readonly Term[] =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => {
      const colon = word.indexOf(":");
      const field = FIELDS.find((candidate) => candidate === word.slice(0, colon));
      // `nginx:1.29` is an image, not a field called nginx.
      return field === undefined ? { field: null, text: word } : { field, text: word.slice(colon + 1) };
    });

/** `*` in a typed token stands for anything; without one the text may stand anywhere. */
const matches = (value: string, text: string): boolean => {
  const lower = value.toLowerCase();
  if (!text.includes("*")) return lower.includes(text);
  const parts = text.split("*");
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = index === 0 ? (lower.startsWith(part) ? 0 : -1) : lower.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  const last = parts.at(-1) ?? "";
  return last === "" || lower.endsWith(last);
};

const fieldValues = ({ container, host }: FleetItem, field: Field): readonly string[] => {
  switch (field) {
    case "name":
      return [container.name];
    case "host":
      return host === undefined ? [] : [host.name];
    case "image":
      return [container.image];
    case "compose":
      return container.compose === null ? [] : [container.compose.project];
    case "label":
      return Object.entries(container.labels).map(([key, value]) => `${key}=${value}`);
    case "state":
      return [container.state, container.health];
  }
};

const anyField = ({ container, host }: FleetItem): readonly string[] => [
  container.name,
  host?.name ?? "",
  container.image,
  container.compose?.project ?? "",
];

const inState = ({ container, host }: FleetItem, state: StateFilter): boolean => {
  const isRemoved = container.removedAtNs !== null;
  switch (state) {
    case "removed":
      return isRemoved;
    case "running":
      return !isRemoved && container.state === "running";
    case "unhealthy":
      return !isRemoved && container.state === "running" && container.health === "unhealthy";
    case "exited":
      return !isRemoved && ["exited", "dead", "created"].includes(container.state);
    case "unreachable":
      return !isRemoved && host?.status !== "online";
    case "restarting":
    case "paused":
      return !isRemoved && container.state === state;
  }
};

/** Makes the test of one view: all words must match, and one of the chosen states; removed containers only when asked for. */
export const makeFilter = (query: string, states: readonly StateFilter[]): ((item: FleetItem) => boolean) => {
  const terms = readTerms(query);
  return (item) => {
    if (states.length === 0 ? item.container.removedAtNs !== null : !states.some((state) => inState(item, state))) {
      return false;
    }
    return terms.every(({ field, text }) =>
      (field === null ? anyField(item) : fieldValues(item, field)).some((value) => matches(value, text)),
    );
  };
};

export type FleetCounts = {
  readonly hosts: number;
  readonly hostsOnline: number;
  readonly containers: number;
  readonly running: number;
  readonly unhealthy: number;
};

/** What the counters say; removed containers do not count. */
export const countFleet = (hosts: Iterable<Host>, containers: Iterable<Container>): FleetCounts => {
  let [hostCount, hostsOnline, containerCount, running, unhealthy] = [0, 0, 0, 0, 0];
  for (const host of hosts) {
    hostCount += 1;
    if (host.status === "online") hostsOnline += 1;
  }
  for (const container of containers) {
    if (container.removedAtNs !== null) continue;
    containerCount += 1;
    if (container.state !== "running") continue;
    running += 1;
    if (container.health === "unhealthy") unhealthy += 1;
  }
  return { hosts: hostCount, hostsOnline, containers: containerCount, running, unhealthy };
};
