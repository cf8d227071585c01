import { formatClock } from "../../format/time.ts";
import type { ChartProps } from "./Chart.tsx";

/** More rows than this are nobody's reading; they are the newest ones. */
const ROWS = 120;

/** The same numbers as rows, newest first. */
export const ChartTable = ({ title, series, columns, format }: ChartProps) => {
  const newestFirst = columns.tsMs
    .map((at, index) => ({ at, index }))
    .toReversed()
    .slice(0, ROWS);
  return (
    <div
      className="h-full overflow-auto rounded-control border border-line"
      tabIndex={0}
      role="region"
      aria-label={`${title}, table`}
    >
      <table className="w-full text-meta tabular">
        <thead className="sticky top-0 bg-surface text-muted">
          <tr>
            <th scope="col" className="px-2 text-left font-medium">
              Time
            </th>
            {series.map(({ label }) => (
              <th key={label} scope="col" className="px-2 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ at, index }) => (
            <tr key={at} className="border-line border-t">
              <td className="px-2">{formatClock(at)}</td>
              {series.map(({ label }, column) => (
                <td key={label} className="px-2 text-right">
                  {format(columns.values[column]?.[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
