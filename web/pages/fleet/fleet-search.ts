/** The fleet page's view as its address says it. Whatever an address carries, this yields a legal view. */

export const STATE_FILTERS = [
  "running",
  "unhealthy",
  "restarting",
  "paused",
  "exited",
  "removed",
  "unreachable",
] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

const GROUPINGS = ["host", "compose", "none"] as const;
type Grouping = (typeof GROUPINGS)[number];

const SORT_KEYS = ["state", "name", "host", "project", "image", "cpu", "memory", "restarts", "uptime"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Absent means the default, so that a plain address stays plain. `state` lists filters, joined by commas. */
export type FleetSearch = {
  readonly q?: string;
  readonly state?: string;
  readonly group?: Grouping;
  readonly sort?: SortKey;
  readonly desc?: true;
};

export type FleetView = {
  readonly query: string;
  readonly states: readonly StateFilter[];
  readonly group: Grouping;
  readonly sort: SortKey;
  readonly isDescending: boolean;
};

const DEFAULT_GROUP: Grouping = "host";
const DEFAULT_SORT: SortKey = "name";
const MAX_QUERY = 500;

const oneOf = <Value extends string>(values: readonly Value[], value: unknown): Value | undefined =>
  values.find((candidate) => candidate === value);

/** For the router: takes the address apart, drops what is not legal or says only the default. */
export const readFleetSearch = (raw: Readonly<Record<string, unknown>>): FleetSearch =>
  writeFleetView({
    query: typeof raw.q === "string" || typeof raw.q === "number" ? String(raw.q).slice(0, MAX_QUERY) : "",
    states: typeof raw.state === "string" ? readStates(raw.state) : [],
    group: oneOf(GROUPINGS, raw.group) ?? DEFAULT_GROUP,
    sort: oneOf(SORT_KEYS, raw.sort) ?? DEFAULT_SORT,
    isDescending: raw.desc === true,
  });

export const toFleetView = (search: FleetSearch): FleetView => ({
  query: search.q ?? "",
  states: readStates(search.state ?? ""),
  group: search.group ?? DEFAULT_GROUP,
  sort: search.sort ?? DEFAULT_SORT,
  isDescending: search.desc ?? false,
});

export const writeFleetView = (view: FleetView): FleetSearch => ({
  ...(view.query === "" ? {} : { q: view.query }),
  ...(view.states.length === 0 ? {} : { state: view.states.join(",") }),
  ...(view.group === DEFAULT_GROUP ? {} : { group: view.group }),
  ...(view.sort === DEFAULT_SORT ? {} : { sort: view.sort }),
  ...(view.isDescending ? { desc: true as const } : {}),
});

const readStates = (text: string): readonly StateFilter[] => {
  const named = new Set(text.split(","));
  return STATE_FILTERS.filter((state) => named.has(state));
};

export const isFiltered = (view: FleetView): boolean => view.query.trim() !== "" || view.states.length > 0;
