import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { FleetItem } from "./fleet-filter.ts";
import { extended, NO_SELECTION, type Selection, toggled, toggledAll } from "./selection.ts";

export type TableSelection = {
  readonly ids: ReadonlySet<ContainerId>;
  /** The chosen ones that still exist, by their order on screen, then those that the filter hides. */
  readonly selected: readonly Container[];
  readonly hidden: number;
  readonly ofShown: "none" | "some" | "all";
  readonly select: (containerId: ContainerId, isRange: boolean) => void;
  readonly toggleAll: () => void;
  readonly clear: () => void;
};

/** What is chosen in a table that shows `items` of `containers`. A filter hides what is chosen, and keeps it chosen. */
export const useSelection = (
  containers: ReadonlyMap<ContainerId, Container>,
  items: readonly FleetItem[],
): TableSelection => {
  const [selection, setSelection] = useState<Selection>(NO_SELECTION);
  const { ids } = selection;
  const order = useRef<readonly ContainerId[]>([]);
  useLayoutEffect(() => {
    order.current = items.map(({ container }) => container.containerId);
  }, [items]);
  // Rows are drawn again only for what changes about them: the function they are given must not.
  const select = useCallback((containerId: ContainerId, isRange: boolean) => {
    const shown = order.current;
    setSelection((current) => (isRange ? extended(current, shown, containerId) : toggled(current, containerId)));
  }, []);
  return {
    ...useChosen(ids, containers, items),
    ids,
    select,
    toggleAll: () => setSelection((current) => toggledAll(current, order.current)),
    clear: () => setSelection(NO_SELECTION),
  };
};

const useChosen = (
  ids: ReadonlySet<ContainerId>,
  containers: ReadonlyMap<ContainerId, Container>,
  items: readonly FleetItem[],
): Pick<TableSelection, "selected" | "hidden" | "ofShown"> =>
  useMemo(() => {
    if (ids.size === 0) return { selected: [], hidden: 0, ofShown: "none" };
    const shown = items.map(({ container }) => container).filter(({ containerId }) => ids.has(containerId));
    const onScreen = new Set(shown.map(({ containerId }) => containerId));
    const rest = [...ids].flatMap((id) => {
      const container = onScreen.has(id) ? undefined : containers.get(id);
      return container === undefined || container.removedAtNs !== null ? [] : [container];
    });
    const ofShown = shown.length === 0 ? "none" : shown.length === items.length ? "all" : "some";
    return { selected: [...shown, ...rest], hidden: rest.length, ofShown };
  }, [ids, containers, items]);
