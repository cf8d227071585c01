import type { HostId, WorkloadId } from "@yardarm/protocol/ids";
import { type LogParams, readLogParams } from "../log/log-address.ts";
import type { LogSelection } from "./log-selection.ts";

/** The explorer's view as its address says it: copying it shares the view. Whatever an address carries, this yields a legal one. */

/** Lists are joined by commas; commas inside are escaped. Beside them stand the log view's own parameters. */
export type LogsSearch = LogParams & {
  readonly host?: string;
  readonly compose?: string;
  readonly label?: string;
  readonly name?: string;
  readonly workload?: string;
  /** Absent: the live tail. */
  readonly tab?: "stored";
  /** What is searched for in stored lines, and whether it is a regular expression. */
  readonly find?: string;
  readonly pattern?: true;
  /** How far back, as an age: `1h`. */
  readonly since?: Since;
  /** From one moment (inclusive) to another (exclusive), ms since the epoch, instead of `since`. */
  readonly from?: number;
  readonly to?: number;
};

export const SINCE_CHOICES = ["15m", "1h", "6h", "24h", "7d"] as const;
export type Since = (typeof SINCE_CHOICES)[number];

const MOST_ITEMS = 200;
const MOST_CHARACTERS = 1_000;

const escapeItem = (item: string): string => item.replaceAll("%", "%25").replaceAll(",", "%2C");
const unescapeItem = (item: string): string => item.replaceAll("%2C", ",").replaceAll("%25", "%");

const joined = (items: readonly string[]): string => items.map(escapeItem).join(",");

const parts = (text: string | undefined): readonly string[] =>
  (text ?? "")
    .split(",")
    .filter((part) => part !== "")
    .slice(0, MOST_ITEMS)
    .map(unescapeItem);

// The router reads numbers and words such as `true` as what they look like.
const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

export const readLogsSearch = (raw: Readonly<Record<string, unknown>>): LogsSearch => {
  const find = textOf(raw.find).slice(0, MOST_CHARACTERS);
  const since = SINCE_CHOICES.find((choice) => choice === raw.since);
  const [from, to] = [momentOf(raw.from), momentOf(raw.to)];
  const isRange = (from !== undefined || to !== undefined) && (from ?? 0) < (to ?? Number.POSITIVE_INFINITY);
  return {
    ...readLogParams(raw),
    ...writeSelection(
      readSelection({
        host: textOf(raw.host),
        compose: textOf(raw.compose),
        label: textOf(raw.label),
        name: textOf(raw.name),
        workload: textOf(raw.workload),
      }),
    ),
    ...(raw.tab === "stored" ? { tab: "stored" as const } : {}),
    ...(find === "" ? {} : { find }),
    ...(raw.pattern === true ? { pattern: true as const } : {}),
    ...(since === undefined || isRange ? {} : { since }),
    ...(isRange && from !== undefined ? { from } : {}),
    ...(isRange && to !== undefined ? { to } : {}),
  };
};

const LATEST_MS = 8.64e15;

const momentOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LATEST_MS ? value : undefined;

type SelectionParams = Pick<LogsSearch, "host" | "compose" | "label" | "name" | "workload">;

export const readSelection = (params: SelectionParams): LogSelection => ({
  hosts: parts(params.host) as readonly HostId[],
  projects: parts(params.compose),
  labels: parts(params.label),
  names: parts(params.name),
  workloads: parts(params.workload) as readonly WorkloadId[],
});

export const writeSelection = ({ hosts, projects, labels, names, workloads }: LogSelection): SelectionParams => ({
  ...(hosts.length === 0 ? {} : { host: joined(hosts) }),
  ...(projects.length === 0 ? {} : { compose: joined(projects) }),
  ...(labels.length === 0 ? {} : { label: joined(labels) }),
  ...(names.length === 0 ? {} : { name: joined(names) }),
  ...(workloads.length === 0 ? {} : { workload: joined(workloads) }),
});

const SELECTION_KEYS = ["host", "compose", "label", "name", "workload"] as const;

/** Everything of an address but whose logs are read. */
export const withoutSelection = (search: LogsSearch): LogsSearch =>
  Object.fromEntries(
    Object.entries(search).filter(([key]) => !SELECTION_KEYS.includes(key as (typeof SELECTION_KEYS)[number])),
  );

/** A view as the hub keeps it: the part of the address behind the question mark, as the router would write it. */
export const writeViewQuery = (search: LogsSearch): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (name !== "line") params.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return params.toString();
};

/** Whatever was kept, this yields a legal view. */
export const readViewQuery = (query: string): LogsSearch =>
  readLogsSearch(
    Object.fromEntries([...new URLSearchParams(query)].map(([name, value]) => [name, parsed(name, value)])),
  );

const STORED_KEYS = ["find", "pattern", "since", "from", "to", "levels"] as const;
/** What a search in stored lines looks for, and where. */
export type StoredParams = Pick<LogsSearch, (typeof STORED_KEYS)[number]>;

/** Everything of an address but what is searched for in stored lines. */
export const withoutStored = (search: LogsSearch): LogsSearch =>
  Object.fromEntries(
    Object.entries(search).filter(([key]) => !STORED_KEYS.includes(key as (typeof STORED_KEYS)[number])),
  );

/** The names whose values are texts, whatever they look like. */
const TEXTS = new Set([
  "q",
  "find",
  "host",
  "compose",
  "label",
  "name",
  "workload",
  "levels",
  "cols",
  "line",
  "time",
  "since",
  "tab",
]);

const parsed = (name: string, value: string): unknown => {
  if (TEXTS.has(name)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** Everything of an address but the log view's own parameters. */
export const withoutLogParams = (search: LogsSearch): LogsSearch => {
  const own = Object.keys(readLogParams(search));
  return Object.fromEntries(Object.entries(search).filter(([key]) => !own.includes(key)));
};
