import { Table2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../Button.tsx";
import { ChartTable } from "./ChartTable.tsx";
import type { ChartColumns } from "./gaps.ts";

/** The drawing library is large and loads when the first chart is shown. */
const ChartCanvas = lazy(async () => ({ default: (await import("./ChartCanvas.tsx")).ChartCanvas }));

export type ChartSeries = {
  readonly label: string;
  /** A token of the theme; `limit` is drawn as a dashed line. */
  readonly look: "accent" | "ok" | "warn" | "limit";
};

export type ChartProps = {
  readonly title: string;
  /** Says what the numbers mean, for example "100 % = one core". */
  readonly note: string;
  readonly series: readonly ChartSeries[];
  readonly columns: ChartColumns;
  /** The window of time that is shown, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number | null) => string;
  /** The vertical axis reaches at least this far, so that noise near zero does not look like a mountain. */
  readonly leastTop: number;
  /** Bytes read well at powers of two, everything else at tens. */
  readonly scale: "binary" | "decimal";
  /** The newest value, in words; a dash while unknown. */
  readonly current: string;
};

const CANVAS_HEIGHT = "h-40";

/** One chart: title, newest value, drawing or table. */
export const Chart = (props: ChartProps) => {
  const [isTable, setTable] = useState(false);
  const { title, note, current } = props;
  return (
    <section aria-label={title} className="flex flex-col">
      <div className="flex h-8 items-center gap-2">
        <h3 className="font-medium">{title}</h3>
        <span className="w-18 shrink-0 tabular">{current}</span>
        <span className="min-w-0 flex-1 truncate text-meta text-muted">{note}</span>
        <IconButton
          label={isTable ? `${title}: view as chart` : `${title}: view as table`}
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          icon={<Table2 className="size-4" aria-hidden="true" />}
        />
      </div>
      <div className={CANVAS_HEIGHT}>
        {isTable ? (
          <ChartTable {...props} />
        ) : (
          <Suspense fallback={null}>
            <ChartCanvas {...props} />
          </Suspense>
        )}
      </div>
    </section>
  );
};
