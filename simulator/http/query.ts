import { badParameter } from "../engine-refusal.ts";
import { parseEngineTime } from "../rfc3339.ts";

/** Docker's idea of a true flag in a query. */
export const flag = (query: URLSearchParams, name: string): boolean => {
  const value = (query.get(name) ?? "").trim().toLowerCase();
  return value !== "" && value !== "0" && value !== "no" && value !== "false" && value !== "none";
};

/** Nanoseconds since the epoch, or undefined when absent; `0` and an empty value mean "no bound" to the engine. */
export const timeParameter = (query: URLSearchParams, name: string): bigint | undefined => {
  const value = query.get(name);
  if (value === null || value === "" || value === "0") return undefined;
  const tsNs = parseEngineTime(value);
  if (tsNs === undefined) throw badParameter(`invalid value for "${name}": ${value}`);
  return tsNs;
};

/** Whole seconds, or undefined when absent. */
export const secondsParameter = (query: URLSearchParams, name: string): number | undefined => {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (!/^-?\d+$/.test(value)) throw badParameter(`strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
};

/** `all`, nothing, rubbish and negative numbers mean all messages (undefined). */
export const tailParameter = (query: URLSearchParams): number | undefined => {
  const value = query.get("tail") ?? "all";
  return /^\d+$/.test(value) ? Number(value) : undefined;
};

export type Filters = ReadonlyMap<string, readonly string[]>;

/** `filters` in both forms that the engine takes: `{"status":["running"]}` and the older `{"status":{"running":true}}`. */
export const filtersParameter = (query: URLSearchParams, known: readonly string[]): Filters => {
  const text = query.get("filters");
  if (text === null || text === "") return new Map();
  const filters = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(parseFilters(text))) {
    if (!known.includes(name)) throw badParameter(`invalid filter '${name}'`);
    if (Array.isArray(values)) filters.set(name, values.map(String));
    else if (typeof values === "object" && values !== null) filters.set(name, Object.keys(values));
    else throw badParameter("invalid filter");
  }
  return filters;
};

const parseFilters = (text: string): object => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // told below, like every other shape that is none
  }
  throw badParameter("invalid filter");
};

/** True when the filter is absent or one of its values fits. */
export const passes = (filters: Filters, name: string, fits: (value: string) => boolean): boolean =>
  filters.get(name)?.some(fits) ?? true;

/** `key` or `key=value` against labels; every value of the filter has to fit. */
export const passesLabels = (filters: Filters, labels: Readonly<Record<string, string>>): boolean =>
  filters.get("label")?.every((wanted) => {
    const [key = "", ...value] = wanted.split("=");
    return key in labels && (value.length === 0 || labels[key] === value.join("="));
  }) ?? true;
