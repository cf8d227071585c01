import type { SortKey } from "./fleet-search.ts";

/** The table's columns. Numbers sit right-aligned in cells of fixed width, so that a change moves nothing. */

export type ColumnKey = SortKey | "select" | "ports" | "lock";

export type Column = {
  readonly key: ColumnKey;
  readonly label: string;
  readonly sort: SortKey | null;
  /** A track of the CSS grid. */
  readonly track: string;
  readonly isNumber: boolean;
  /** Left out below the full width. */
  readonly isSpare: boolean;
};

const text = (key: SortKey, label: string, track: string, isSpare = false): Column => ({
  key,
  label,
  sort: key,
  track,
  isNumber: false,
  isSpare,
});

const number = (key: SortKey, label: string, track: string, isSpare = false): Column => ({
  ...text(key, label, track, isSpare),
  isNumber: true,
});

const COLUMNS: readonly Column[] = [
  { key: "select", label: "Select", sort: null, track: "24px", isNumber: false, isSpare: false },
  text("state", "State", "136px"),
  text("name", "Name", "minmax(120px, 2fr)"),
  text("host", "Host", "minmax(72px, 1fr)"),
  text("project", "Compose project", "minmax(104px, 1fr)", true),
  text("image", "Image", "minmax(110px, 1.4fr)"),
  number("cpu", "CPU", "68px"),
  number("memory", "Memory", "80px"),
  number("restarts", "Restarts", "68px", true),
  number("uptime", "Uptime", "76px"),
  { key: "ports", label: "Ports", sort: null, track: "minmax(80px, 1fr)", isNumber: false, isSpare: true },
  { key: "lock", label: "Protection", sort: null, track: "24px", isNumber: false, isSpare: false },
];

const NARROW_COLUMNS: readonly Column[] = COLUMNS.filter((column) => !column.isSpare);

/** The columns for a width, always the same array; `isNarrow` below 1,180 px. */
export const columnsFor = (isNarrow: boolean): readonly Column[] => (isNarrow ? NARROW_COLUMNS : COLUMNS);

export const gridTemplate = (columns: readonly Column[]): string => columns.map((column) => column.track).join(" ");
