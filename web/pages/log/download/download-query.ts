import { ALL_LEVELS, LEVEL_NAMES, levelsOfMask } from "@yardarm/protocol/log/level";
import type { TypedRange } from "../../../ui/RangeFields.tsx";
import type { LogAddress } from "../log-address.ts";

/** Which time a file covers: everything that is stored, back to an age, or from one moment to another. */
export const DOWNLOAD_RANGES = [
  { value: "all", label: "Everything that is stored" },
  { value: "15m", label: "The last 15 minutes" },
  { value: "1h", label: "The last hour" },
  { value: "6h", label: "The last 6 hours" },
  { value: "24h", label: "The last 24 hours" },
  { value: "7d", label: "The last 7 days" },
  { value: "custom", label: "From … to …" },
] as const;
export type DownloadRange = (typeof DOWNLOAD_RANGES)[number]["value"];

export const DOWNLOAD_FORMATS = [
  { value: "text", label: "Text" },
  { value: "ndjson", label: "NDJSON" },
] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number]["value"];

/** What a view shows of a log, as the hub takes it. */
export type DownloadFilter = {
  readonly q?: string;
  readonly regex?: "true";
  readonly case?: "true";
  /** Comma-separated. */
  readonly level?: string;
};

export type DownloadChoice = {
  readonly range: DownloadRange;
  /** With `custom`. */
  readonly typed: TypedRange;
  readonly format: DownloadFormat;
  readonly isFiltered: boolean;
};

/** What is asked of the hub, for one container and for many. */
export type DownloadQuery = DownloadFilter & {
  readonly since: string;
  readonly until?: string;
  readonly format: DownloadFormat;
};

/** The query that the choice means; `all` is everything since the epoch, because without it the hub gives the last lines only. */
export const downloadQuery = (
  { range, typed, format, isFiltered }: DownloadChoice,
  filter: DownloadFilter,
): DownloadQuery => {
  const { fromMs, toMs } = typed;
  const isCustom = range === "custom";
  return {
    since: range === "all" || (isCustom && fromMs === undefined) ? "0" : isCustom ? nsText(fromMs) : range,
    ...(isCustom && toMs !== undefined ? { until: nsText(toMs) } : {}),
    format,
    ...(isFiltered ? filter : {}),
  };
};

/** Milliseconds as the hub's nanoseconds. */
const nsText = (atMs = 0): string => `${Math.round(atMs)}000000`;

/** Levels and search of a log view; a search that only marks is none. */
export const shownFilter = ({ search, levelMask }: Pick<LogAddress, "search" | "levelMask">): DownloadFilter => {
  const isSearching = search.text !== "" && search.onlyMatches;
  const levels = levelsOfMask(levelMask).map((level) => LEVEL_NAMES[level]);
  return {
    ...(levelMask === ALL_LEVELS ? {} : { level: levels.join(",") }),
    ...(isSearching ? { q: search.text } : {}),
    ...(isSearching && search.isRegex ? { regex: "true" } : {}),
    ...(isSearching && search.isCaseSensitive ? { case: "true" } : {}),
  };
};
