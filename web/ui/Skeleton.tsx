import { Delayed } from "./Delayed.tsx";

const WIDTHS = ["w-2/3", "w-1/2", "w-3/4", "w-5/12"] as const;

/** Rows in the final geometry of a table, while its first data is under way. `label` is said aloud. */
export const SkeletonRows = ({ rows, label }: { readonly rows: number; readonly label: string }) => (
  <Delayed>
    <p role="status" className="only-read-aloud">
      {label}
    </p>
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-8 items-center border-line border-b px-3">
          <span className={`h-3 rounded-control bg-raised ${WIDTHS[index % WIDTHS.length]}`} />
        </div>
      ))}
    </div>
  </Delayed>
);

/** One block of a given height class. */
export const SkeletonBlock = ({ className, label }: { readonly className: string; readonly label: string }) => (
  <Delayed>
    <p role="status" className="only-read-aloud">
      {label}
    </p>
    <div aria-hidden="true" className={`rounded-control bg-raised ${className}`} />
  </Delayed>
);
