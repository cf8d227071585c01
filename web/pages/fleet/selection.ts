import type { ContainerId } from "@yardarm/protocol/ids";

/** Which containers of the table are chosen, to act on them together. `anchor`: where a range begins. */
export type Selection = { readonly ids: ReadonlySet<ContainerId>; readonly anchor: ContainerId | null };

export const NO_SELECTION: Selection = { ids: new Set(), anchor: null };

/** Chooses one, or no longer. */
export const toggled = ({ ids }: Selection, id: ContainerId): Selection => {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
};

/**
 * Everything between the anchor and `id`, in the order on screen, becomes what the anchor is. Without an anchor that is
 * still there, only `id` itself changes.
 */
export const extended = (selection: Selection, order: readonly ContainerId[], id: ContainerId): Selection => {
  const { ids, anchor } = selection;
  const [from, to] = [anchor === null ? -1 : order.indexOf(anchor), order.indexOf(id)];
  if (anchor === null || from < 0 || to < 0) return toggled(selection, id);
  const next = new Set(ids);
  for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (ids.has(anchor)) next.add(between);
    else next.delete(between);
  }
  return { ids: next, anchor };
};

/** All of these are chosen in addition; when they were already, none of them is any more. */
export const toggledAll = ({ ids }: Selection, order: readonly ContainerId[]): Selection => {
  const next = new Set(ids);
  const areAll = order.every((id) => ids.has(id));
  for (const id of order) {
    if (areAll) next.delete(id);
    else next.add(id);
  }
  return { ids: next, anchor: null };
};
