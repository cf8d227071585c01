import type { Container } from "@yardarm/protocol/container";

/**
 * What becomes of a host's removed containers. The newest are shown; the ones before are kept: known by their id, with a row, as
 * long as lines of theirs are stored.
 */

/** Removed containers that a host shows. */
export const REMOVED_SHOWN = 100;

/** Removed containers that a host keeps besides. Beyond it the oldest are forgotten, stored lines or not: memory has an end. */
export const REMOVED_KEPT = 10_000;

/** Those of the removed ones that went first, oldest first, so that `count` remain. */
export const oldestRemoved = (containers: Iterable<Container>, count: number): readonly Container[] => {
  const removed = [...containers].filter(({ removedAtNs }) => removedAtNs !== null);
  if (removed.length <= count) return [];
  return removed
    .map((container) => ({ container, atNs: BigInt(container.removedAtNs ?? 0) }))
    .sort((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0))
    .slice(0, removed.length - count)
    .map(({ container }) => container);
};

/** False for one that never ran, or whose log nobody may read. One that is not there any more may have written what its agent had not read yet. */
export const mayHaveMore = ({ removedAtNs, state, logSource }: Container): boolean =>
  removedAtNs === null || (state !== "created" && !["off", "unreadable"].includes(logSource.kind));
