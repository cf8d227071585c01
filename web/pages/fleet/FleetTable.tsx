import { useVirtualizer } from "@tanstack/react-virtual";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { formatCount } from "../../format/percent.ts";
import type { Inventory } from "../../live/inventory-store.ts";
import { useLive } from "../../live/live-context.tsx";
import type { SeenSample } from "../../live/metrics-store.ts";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { MEDIUM, PHONE, useMedia } from "../use-media.ts";
import { BulkBar } from "./BulkBar.tsx";
import { ContainerRow } from "./ContainerRow.tsx";
import { columnsFor } from "./columns.ts";
import { FleetHead } from "./FleetHead.tsx";
import type { FleetItem } from "./fleet-filter.ts";
import { arrangeItems, groupItems, keepOrder } from "./fleet-rows.ts";
import { type FleetView, isFiltered } from "./fleet-search.ts";
import { GroupRow } from "./GroupRow.tsx";
import { useSelection } from "./use-selection.ts";

const ROW_HEIGHT = 32;
const PHONE_ROW_HEIGHT = 52;

export type FleetTableProps = {
  readonly inventory: Extract<Inventory, { readonly status: "known" }>;
  readonly view: FleetView;
  readonly onChange: (fields: Partial<FleetView>) => void;
};

/** The virtual table. Rows update where they are; they change places only while the pointer is elsewhere. */
export const FleetTable = ({ inventory, view, onChange }: FleetTableProps) => {
  const arranged = useArranged(inventory, view);
  const [frozen, setFrozen] = useState<{ readonly view: FleetView; readonly items: readonly FleetItem[] } | null>(null);
  const items = useMemo(
    () => (frozen === null || frozen.view !== view ? arranged : keepOrder(frozen.items, arranged)),
    [arranged, frozen, view],
  );
  const rows = useMemo(() => groupItems(items, view, inventory.hosts), [items, view, inventory.hosts]);
  const isPhone = useMedia(PHONE);
  const columns = columnsFor(useMedia(MEDIUM));
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the list is drawn here and nowhere else
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (isPhone && rows[index]?.kind === "container" ? PHONE_ROW_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  });
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- another layout has other row heights
  useLayoutEffect(() => virtualizer.measure(), [isPhone]);
  const selection = useSelection(inventory.containers, items);
  const hidden =
    [...inventory.containers.values()].filter((container) => container.removedAtNs === null).length - items.length;
  return (
    <>
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto [scrollbar-gutter:stable]">
        <div role="table" aria-label="Containers" aria-rowcount={rows.length + 1} className="min-w-fit">
          {isPhone ? null : (
            <FleetHead
              columns={columns}
              view={view}
              onChange={onChange}
              selected={selection.ofShown}
              onSelectAll={selection.toggleAll}
            />
          )}
          <div
            role="rowgroup"
            className="relative"
            style={{ height: virtualizer.getTotalSize() }}
            onPointerEnter={() => setFrozen({ view, items })}
            onPointerLeave={() => setFrozen(null)}
          >
            {virtualizer.getVirtualItems().map(({ index, start, size }) => {
              const row = rows[index];
              if (row === undefined) return null;
              return row.kind === "container" ? (
                <ContainerRow
                  key={row.key}
                  item={row.item}
                  columns={columns}
                  isPhone={isPhone}
                  top={start}
                  height={size}
                  rowIndex={index + 2}
                  isSelected={selection.ids.has(row.item.container.containerId)}
                  onSelect={selection.select}
                />
              ) : (
                <GroupRow
                  key={row.key}
                  row={row}
                  top={start}
                  height={size}
                  rowIndex={index + 2}
                  columns={columns.length}
                />
              );
            })}
          </div>
        </div>
        {rows.length === 0 ? <NothingFound view={view} onChange={onChange} /> : null}
        {isFiltered(view) && hidden > 0 ? (
          <p className="px-3 py-2 text-meta text-muted" role="status">
            {formatCount(hidden)} hidden by the filter
          </p>
        ) : null}
      </div>
      <BulkBar
        selected={selection.selected}
        hidden={selection.hidden}
        shown={items.length}
        onAll={selection.toggleAll}
        onClear={selection.clear}
      />
    </>
  );
};

const NO_SAMPLES: ReadonlyMap<ContainerId, SeenSample> = new Map();
const noSamples = (): typeof NO_SAMPLES => NO_SAMPLES;

/** The shown containers in their order, made again when the fleet, the view, or the values sorted by change. */
const useArranged = (inventory: FleetTableProps["inventory"], view: FleetView): readonly FleetItem[] => {
  const { metrics } = useLive();
  const isMeasured = view.sort === "cpu" || view.sort === "memory";
  const samples = useSyncExternalStore(metrics.subscribe, isMeasured ? metrics.samples : noSamples);
  return useMemo(() => {
    const measured = (containerId: ContainerId, what: "cpu" | "memory"): number | null => {
      const sample = samples.get(containerId)?.sample;
      return (what === "cpu" ? sample?.cpuCores : sample?.memoryUsedBytes) ?? null;
    };
    return arrangeItems({ hosts: inventory.hosts, containers: inventory.containers, view, measured });
  }, [inventory, view, samples]);
};

const NothingFound = ({ view, onChange }: Pick<FleetTableProps, "view" | "onChange">) =>
  isFiltered(view) ? (
    <EmptyState
      title="No container matches."
      action={<Button onClick={() => onChange({ query: "", states: [] })}>Clear filters</Button>}
    >
      Looked in names, hosts, images and compose projects of the whole fleet.
    </EmptyState>
  ) : (
    <EmptyState title="No containers yet.">As soon as one is created on a host it appears here.</EmptyState>
  );
