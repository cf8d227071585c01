import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { asId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";
import { formatPlural } from "../../format/percent.ts";
import { scoreItem } from "../palette/rank.ts";
import { type LogSelection, NOTHING } from "./log-selection.ts";

/** What the picker of sources offers, and what a choice means. */

export const SOURCE_KINDS = ["name", "host", "project", "container", "label"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export type SourceOption = {
  readonly kind: SourceKind;
  /** Id, name or pattern: what stands in the address. */
  readonly value: string;
  readonly title: string;
  readonly beside: string;
};

export type SourceGroup = { readonly title: string; readonly items: readonly SourceOption[] };

export type SourceFacts = { readonly hosts: Iterable<Host>; readonly containers: Iterable<Container> };

const SHOWN = 8;

/** Everything that fits what was typed, the best of each kind first. */
export const findSources = ({ hosts, containers }: SourceFacts, query: string): readonly SourceGroup[] => {
  const typed = query.trim();
  const present = [...containers].filter(({ removedAtNs }) => removedAtNs === null);
  const hostList = [...hosts];
  const names = new Map(hostList.map((host) => [host.hostId, host.name]));
  const pattern: SourceOption =
    typed === "" || typed === "*"
      ? { kind: "name", value: "*", title: "All containers", beside: "those that come later too" }
      : { kind: "name", value: typed, title: `Names with ${typed}`, beside: "those that come later too" };
  const groups: readonly SourceGroup[] = [
    { title: "By name", items: [pattern] },
    {
      title: "Hosts",
      items: hostList.map(({ hostId, name }) => ({
        kind: "host",
        value: hostId,
        title: name,
        beside: formatPlural(present.filter((container) => container.hostId === hostId).length, "container"),
      })),
    },
    {
      title: "Compose projects",
      items: counted(
        "project",
        present.map(projectOf).filter((name) => name !== null),
      ),
    },
    {
      title: "Containers",
      items: present.map(({ workloadId, name, hostId }) => ({
        kind: "container",
        value: workloadId,
        title: name,
        beside: names.get(hostId) ?? "",
      })),
    },
    { title: "Labels", items: typed === "" ? [] : counted("label", present.flatMap(labelsOf)) },
  ];
  return groups
    .map((group, index) => ({ title: group.title, items: index === 0 ? group.items : best(group.items, typed) }))
    .filter(({ items }) => items.length > 0);
};

const projectOf = ({ compose }: Container): string | null => compose?.project ?? null;

const labelsOf = ({ labels }: Container): readonly string[] =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .filter((label) => label.length <= 200);

const counted = (kind: SourceKind, values: readonly string[]): readonly SourceOption[] => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ kind, value, title: value, beside: formatPlural(count, "container") }));
};

const best = (items: readonly SourceOption[], typed: string): readonly SourceOption[] => {
  if (typed === "") return items.toSorted(byTitle).slice(0, SHOWN);
  return items
    .map((item) => ({ item, score: scoreItem(typed, item) }))
    .filter((entry): entry is { item: SourceOption; score: number } => entry.score !== null)
    .toSorted((one, other) => other.score - one.score || byTitle(one.item, other.item))
    .slice(0, SHOWN)
    .map(({ item }) => item);
};

const byTitle = (one: SourceOption, other: SourceOption): number => one.title.localeCompare(other.title);

/** The selection as what was chosen in the picker; names of what is not known (any more) are its ids. */
export const chosenSources = (selection: LogSelection, { hosts, containers }: SourceFacts): readonly SourceOption[] => {
  const hostNames = new Map([...hosts].map(({ hostId, name }) => [hostId, name]));
  const workloads = new Map([...containers].map((container) => [container.workloadId, container]));
  const option = (kind: SourceKind, value: string, title: string): SourceOption => ({ kind, value, title, beside: "" });
  return [
    ...selection.names.map((name) => option("name", name, name === "*" ? "All containers" : `name: ${name}`)),
    ...selection.hosts.map((hostId) => option("host", hostId, `host: ${hostNames.get(hostId) ?? hostId}`)),
    ...selection.projects.map((project) => option("project", project, `compose project: ${project}`)),
    ...selection.labels.map((label) => option("label", label, `label: ${label}`)),
    ...selection.workloads.map((id) => {
      const container = workloads.get(id);
      const host = container === undefined ? undefined : hostNames.get(container.hostId);
      return option("container", id, container === undefined ? id : `${host ?? "?"} / ${container.name}`);
    }),
  ];
};

export const selectionOf = (chosen: readonly SourceOption[]): LogSelection => {
  const of = (kind: SourceKind): readonly string[] => [
    ...new Set(chosen.filter((option) => option.kind === kind).map(({ value }) => value)),
  ];
  return {
    ...NOTHING,
    hosts: of("host").map((id) => asId<HostId>(id)),
    projects: of("project"),
    labels: of("label"),
    names: of("name"),
    workloads: of("container").map((id) => asId<WorkloadId>(id)),
  };
};
