import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { formatCount } from "../../../format/percent.ts";
import { formatMoment } from "../../../format/time.ts";
import { bucketBegin, type Buckets, bucketCount, countOf, ORDER, type TimeSpan, totalOf } from "./buckets.ts";

export type BucketTableProps = {
  readonly buckets: Buckets;
  readonly onJump: (atMs: number) => void;
  readonly onZoom: (span: TimeSpan) => void;
};

/** The bars as numbers, each with a way to its moment. */
export const BucketTable = ({ buckets, onJump, onZoom }: BucketTableProps) => (
  <div role="region" aria-label="Lines over time, table" tabIndex={0} className="max-h-96 overflow-auto">
    <table className="tabular w-full text-right">
      <thead className="text-muted">
        <tr>
          <th scope="col" className="text-left font-medium">
            From
          </th>
          {ORDER.map((name) => (
            <th key={name} scope="col" className="px-2 font-medium">
              {name}
            </th>
          ))}
          <th scope="col">
            <span className="only-read-aloud">Narrow</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: bucketCount(buckets) }, (_, bucket) => bucket)
          .filter((bucket) => totalOf(buckets, bucket) > 0)
          .map((bucket) => {
            const atMs = bucketBegin(buckets, bucket);
            return (
              <tr key={atMs}>
                <th scope="row" className="text-left font-normal">
                  <button type="button" className="min-h-6 text-accent underline" onClick={() => onJump(atMs)}>
                    {formatMoment(atMs)}
                  </button>
                </th>
                {ORDER.map((name) => (
                  <td key={name} className="px-2">
                    {formatCount(countOf(buckets, bucket, LEVEL_NAMES.indexOf(name)))}
                  </td>
                ))}
                <td className="pl-2">
                  <button
                    type="button"
                    className="min-h-6 text-accent underline"
                    aria-label={`Draw only ${formatMoment(atMs)}`}
                    onClick={() => onZoom({ fromMs: atMs, toMs: bucketBegin(buckets, bucket + 1) })}
                  >
                    only
                  </button>
                </td>
              </tr>
            );
          })}
      </tbody>
    </table>
  </div>
);
