import { type LogSearchQueryInput, SEARCH_CONTAINERS } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId, HostId, WorkloadId } from "@yardarm/protocol/ids";

/**
 * Whose logs are read: everything that fits, now and later. Several of one kind widen the selection, another kind narrows it; workloads
 * that were chosen by themselves are always in it.
 */
export type LogSelection = {
  readonly hosts: readonly HostId[];
  readonly projects: readonly string[];
  /** `name` or `name=value`. */
  readonly labels: readonly string[];
  /** Parts of names, or patterns with `*`. */
  readonly names: readonly string[];
  readonly workloads: readonly WorkloadId[];
};

export type SelectionQuery = Pick<LogSearchQueryInput, "host" | "compose" | "label">;

export const NOTHING: LogSelection = { hosts: [], projects: [], labels: [], names: [], workloads: [] };
export const EVERYTHING: LogSelection = { ...NOTHING, names: ["*"] };

export const isNothing = (selection: LogSelection): boolean =>
  Object.values(selection).every((values: readonly string[]) => values.length === 0);

/** Reading more at once helps nobody, and each of them costs its host a stream. */
const MOST_FOLLOWED = 50;

const hasLabel = (container: Container, label: string): boolean => {
  const at = label.indexOf("=");
  if (at < 0) return container.labels[label] !== undefined;
  return container.labels[label.slice(0, at)] === label.slice(at + 1);
};

/** `*` stands for anything; without one the text may stand anywhere. Capitals do not matter. */
export const fitsName = (name: string, pattern: string): boolean => {
  const [low, parts] = [name.toLowerCase(), pattern.toLowerCase().split("*")];
  if (parts.length === 1) return low.includes(parts[0] ?? "");
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (!low.startsWith(first) || !low.endsWith(last) || low.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = low.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= low.length - last.length;
};

export const isSelected = (container: Container, selection: LogSelection): boolean => {
  const { hosts, projects, labels, names, workloads } = selection;
  if (workloads.includes(container.workloadId)) return true;
  if (hosts.length + projects.length + labels.length + names.length === 0) return false;
  return (
    (hosts.length === 0 || hosts.includes(container.hostId)) &&
    (projects.length === 0 || (container.compose !== null && projects.includes(container.compose.project))) &&
    (labels.length === 0 || labels.some((label) => hasLabel(container, label))) &&
    (names.length === 0 || names.some((name) => fitsName(container.name, name)))
  );
};

/**
 * The same selection as the hub understands it, which also knows containers that the fleet does not show any more; `null` where only
 * the page can tell what fits: names are patterns, and several labels or compose projects are alternatives.
 */
export const queryOf = ({ hosts, projects, labels, names, workloads }: LogSelection): SelectionQuery | null => {
  const [project, ...moreProjects] = projects;
  const [label, ...moreLabels] = labels;
  if (moreProjects.length + moreLabels.length + names.length + workloads.length > 0) return null;
  if (hosts.length > SEARCH_CONTAINERS) return null;
  return {
    ...(hosts.length === 0 ? {} : { host: hosts.join(",") }),
    ...(project === undefined ? {} : { compose: project }),
    ...(label === undefined ? {} : { label }),
  };
};

/** Running ones first, then those that started or ended last. */
const byActivity = (one: Container, other: Container): number => {
  const running = Number(other.state === "running") - Number(one.state === "running");
  if (running !== 0) return running;
  const [oneNs, otherNs] = [changedNs(one), changedNs(other)];
  return otherNs > oneNs ? 1 : otherNs < oneNs ? -1 : one.containerId < other.containerId ? -1 : 1;
};

const changedNs = ({ startedAtNs, finishedAtNs, createdAtNs }: Container): bigint => {
  const stamps = [startedAtNs, finishedAtNs, createdAtNs].map((stamp) => BigInt(stamp ?? 0));
  return stamps.toSorted((one, other) => (one < other ? 1 : -1))[0] ?? 0n;
};

export type Selected = {
  /** Whose live lines are merged, most active first. */
  readonly followed: readonly Container[];
  /** Containers that exist and fit. */
  readonly fitting: readonly Container[];
  /** Those that fit, removed ones too: what a search in stored lines covers. */
  readonly searched: readonly ContainerId[];
};

export const select = (
  containers: Iterable<Container>,
  selection: LogSelection,
  most: number = MOST_FOLLOWED,
): Selected => {
  const all = [...containers].filter((container) => isSelected(container, selection)).toSorted(byActivity);
  const fitting = all.filter(({ removedAtNs }) => removedAtNs === null);
  const removed = all.filter(({ removedAtNs }) => removedAtNs !== null);
  return {
    followed: fitting.slice(0, most),
    fitting,
    searched: [...fitting, ...removed].map(({ containerId }) => containerId),
  };
};
