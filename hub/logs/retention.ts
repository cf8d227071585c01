import type { ContainerId, OrgId } from "@yardarm/protocol/ids";

/** What took the oldest lines of a container. */
export const EVICTION_REASONS = ["age", "container_bytes", "org_bytes", "total_bytes", "free_disk"] as const;
export type EvictionReason = (typeof EVICTION_REASONS)[number];

/** Where the stored log of a container begins. */
export interface LogsSince {
  /** The oldest stored line. */
  readonly firstSeq: number;
  /** Lowest stamp in its chunk, ns since the epoch. */
  readonly firstTsNs: bigint;
  /** What took the lines before; `null` when none were taken. */
  readonly reason: EvictionReason | null;
}

export type LogsSinceMap = ReadonlyMap<ContainerId, LogsSince>;

/** Bounds of one org; `null` is none. Bytes are what lines occupy in the store, compressed. */
export interface OrgRetention {
  /**
   * UTC days of arrival that are kept besides the present one. Whole days go, by the hub's clock: a line stays at least this
   * long and at most a day longer, whatever its host's clock says.
   */
  readonly maxDays: number | null;
  readonly maxContainerBytes: number | null;
  readonly maxOrgBytes: number | null;
}

/** Bounds of the whole store. */
export interface RetentionLimits {
  readonly maxTotalBytes: number | null;
  /** Free bytes that the disk under the store must keep; 0 is no floor. Only where the store has files of its own. */
  readonly minFreeBytes: number;
  readonly defaults: OrgRetention;
  /** Orgs with bounds of their own. */
  readonly orgs: ReadonlyMap<OrgId, OrgRetention>;
}

/** What one step of eviction did. */
export interface Eviction {
  readonly rows: number;
  readonly bytes: number;
  /** True when a bound is still exceeded: the next step goes on. */
  readonly isMoreDue: boolean;
  /** Whole days that went, by org. */
  readonly days: readonly { readonly orgId: OrgId; readonly day: string; readonly reason: EvictionReason }[];
}

/** How full a bound is left after evicting, so that not every line evicts the next. */
const EVICT_TO = 15 / 16;
/** Rows that one step deletes at most, so that commits come in between. */
const ROWS_PER_STEP = 256;

const DAY_MS = 24 * 60 * 60_000;

/** The oldest day (`yyyy-mm-dd`) that `maxDays` keeps at `nowMs`. */
export const oldestKeptDay = (nowMs: number, maxDays: number): string =>
  new Date(nowMs - maxDays * DAY_MS).toISOString().slice(0, 10);

/** How many bytes must go to bring `bytes` under its bound with some room; 0 when it is not exceeded. */
export const excess = (bytes: number, bound: number | null): number =>
  bound === null || bytes <= bound ? 0 : Math.ceil(bytes - bound * EVICT_TO);

export interface EvictableRow {
  readonly container: string;
  readonly firstSeq: number;
  readonly maxTsNs: bigint;
  readonly storedBytes: number;
}

/**
 * Up to where (by first seq, inclusive) rows of each container go to free `bytes`: oldest stamps first, and of each container only
 * what lies before what is kept, so that no log gets a hole.
 */
export const chooseOldest = (rows: readonly EvictableRow[], bytes: number): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  let freed = 0;
  const oldestFirst = [...rows].sort((a, b) => (a.maxTsNs < b.maxTsNs ? -1 : a.maxTsNs > b.maxTsNs ? 1 : 0));
  for (const [taken, { container, firstSeq, storedBytes }] of oldestFirst.entries()) {
    if (freed >= bytes || taken >= ROWS_PER_STEP) break;
    ends.set(container, Math.max(firstSeq, ends.get(container) ?? 0));
    freed += storedBytes;
  }
  return ends;
};
