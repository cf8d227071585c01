/** Fields of lines that have columns of their own, between level and message, as the address says them. */

export type Column = {
  /** A field's name; `a.b` is `b` inside of `a`. */
  readonly key: string;
  /** In characters, the space behind the value included. */
  readonly widthCh: number;
};

/** How rows show them. */
export type ColumnsLook = {
  readonly keys: readonly string[];
  /** Behind the message instead of in columns: there is no room for those. */
  readonly areFolded: boolean;
};

export const NO_COLUMNS: readonly Column[] = [];

/** With more of them a screen has no room left for the message. */
export const MOST_COLUMNS = 6;
/** Narrower ones would have no room for their name and the button beside it. */
export const LEAST_WIDTH_CH = 8;
export const MOST_WIDTH_CH = 80;
const MOST_KEY_CHARACTERS = 64;
/** What stands beside the name: a button, and what the width is drawn by. */
const BESIDE_NAME_CH = 6;
const FIRST_WIDTHS = { leastCh: 12, mostCh: 24 } as const;
const MOST_CHARACTERS = 2_000;

export const FULL_WORDS = `There are ${MOST_COLUMNS} columns already; remove one first.`;

/** A longer name is no name. */
export const canBeColumn = (key: string): boolean => key !== "" && key.length <= MOST_KEY_CHARACTERS;

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** As wide as its name asks for: what lines hold changes, and columns stay. */
const firstWidth = (key: string): number =>
  within(key.length + BESIDE_NAME_CH, FIRST_WIDTHS.leastCh, FIRST_WIDTHS.mostCh);

/** Shows the field as the last column, or no longer; the same columns when there are as many as there may be. */
export const toggled = (columns: readonly Column[], key: string): readonly Column[] => {
  if (columns.some((column) => column.key === key)) return columns.filter((column) => column.key !== key);
  if (columns.length >= MOST_COLUMNS || !canBeColumn(key)) return columns;
  return [...columns, { key, widthCh: firstWidth(key) }];
};

export const resized = (columns: readonly Column[], key: string, widthCh: number): readonly Column[] =>
  columns.map((column) =>
    column.key === key ? { ...column, widthCh: within(Math.round(widthCh), LEAST_WIDTH_CH, MOST_WIDTH_CH) } : column,
  );

// `status,path~40`: joined by commas, a width behind `~` where it is another one than the first.
const escapeKey = (key: string): string => key.replaceAll("%", "%25").replaceAll(",", "%2C").replaceAll("~", "%7E");
const unescapeKey = (key: string): string => key.replaceAll("%7E", "~").replaceAll("%2C", ",").replaceAll("%25", "%");

export const writeColumns = (columns: readonly Column[]): string =>
  columns.map(({ key, widthCh }) => escapeKey(key) + (widthCh === firstWidth(key) ? "" : `~${widthCh}`)).join(",");

/** Whatever stands there: what cannot be understood is left out. */
export const readColumns = (text: string): readonly Column[] => {
  if (text === "" || text.length > MOST_CHARACTERS) return NO_COLUMNS;
  let columns = NO_COLUMNS;
  for (const part of text.split(",")) {
    const [, name = "", width] = /^(.*?)(?:~(\d{1,3}))?$/s.exec(part) ?? [];
    const key = unescapeKey(name);
    if (columns.some((column) => column.key === key)) continue;
    const more = toggled(columns, key);
    columns = width === undefined ? more : resized(more, key, Number(width));
  }
  return columns;
};

/** The style of each column's width, which header and rows share: `--yd-column-0: 12ch`. */
export const columnWidths = (columns: readonly Column[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map(({ widthCh }, index) => [`--yd-column-${index}`, `${widthCh}ch`]));

export const columnWidth = (index: number): string => `var(--yd-column-${index})`;
