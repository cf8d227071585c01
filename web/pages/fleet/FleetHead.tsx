import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type Column, gridTemplate } from "./columns.ts";
import type { FleetView, SortKey } from "./fleet-search.ts";
import { SelectBox } from "./SelectBox.tsx";

export type FleetHeadProps = {
  readonly columns: readonly Column[];
  readonly view: FleetView;
  readonly onChange: (fields: Partial<FleetView>) => void;
  /** How many of the shown ones are chosen. */
  readonly selected: "none" | "some" | "all";
  readonly onSelectAll: () => void;
};

/** The headings; a click sorts by the column's value, another one turns it round. The tick chooses all that are shown. */
export const FleetHead = ({ columns, view, onChange, selected, onSelectAll }: FleetHeadProps) => {
  const sortBy = (sort: SortKey): void => {
    onChange(
      view.sort === sort ? { isDescending: !view.isDescending } : { sort, isDescending: startsDescending(sort) },
    );
  };
  return (
    <div role="rowgroup" className="sticky top-0 z-20 border-line border-b bg-surface">
      <div
        role="row"
        aria-rowindex={1}
        className="grid h-8 items-center gap-3 px-3 text-meta text-muted"
        style={{ gridTemplateColumns: gridTemplate(columns) }}
      >
        {columns.map(({ key, label, sort, isNumber }) => (
          <div
            key={key}
            role="columnheader"
            aria-sort={sort === view.sort ? (view.isDescending ? "descending" : "ascending") : undefined}
            className={clsx("min-w-0", isNumber && "text-right")}
          >
            {key === "select" ? (
              <SelectBox
                label="Select all that are shown"
                isSelected={selected === "all"}
                isMixed={selected === "some"}
                onSelect={onSelectAll}
              />
            ) : sort === null ? (
              <span className={key === "lock" ? "only-read-aloud" : "truncate"}>{label}</span>
            ) : (
              <button
                type="button"
                onClick={() => sortBy(sort)}
                className={clsx(
                  "inline-flex h-6 max-w-full items-center gap-0.5 hover:text-text",
                  sort === view.sort && "text-text",
                )}
              >
                <span className="truncate">{label}</span>
                {sort === view.sort ? <SortArrow isDescending={view.isDescending} /> : null}
              </button>
            )}
          </div>
        ))}
      </div>
    </div>
  );
};

/** Numbers are asked for from the top, names from the beginning. */
const startsDescending = (sort: SortKey): boolean => sort === "cpu" || sort === "memory" || sort === "restarts";

const SortArrow = ({ isDescending }: { readonly isDescending: boolean }) => {
  const Icon = isDescending ? ArrowDown : ArrowUp;
  return <Icon className="size-3 shrink-0" aria-hidden="true" />;
};
