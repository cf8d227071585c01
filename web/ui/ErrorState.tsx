import { TriangleAlert } from "lucide-react";
import { Button } from "./Button.tsx";
import { CopyButton } from "./CopyButton.tsx";

export type ErrorStateProps = {
  readonly title: string;
  readonly detail: string | null;
  readonly advice: string | null;
  readonly smallPrint: string | null;
  readonly onRetry?: (() => void) | undefined;
};

/** What happened, why if known, what to do; stays where it happened. */
export const ErrorState = ({ title, detail, advice, smallPrint, onRetry }: ErrorStateProps) => (
  <div role="alert" className="flex flex-col gap-1 rounded-control border border-danger p-3">
    <p className="flex items-center gap-1.5 font-medium text-danger">
      <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
      {title}
    </p>
    {detail === null ? null : <p>{detail}</p>}
    {advice === null ? null : <p className="text-muted">{advice}</p>}
    {smallPrint === null && onRetry === undefined ? null : (
      <div className="flex flex-wrap items-center gap-2 text-meta text-muted">
        {onRetry === undefined ? null : (
          <Button isSmall onClick={onRetry}>
            Try again
          </Button>
        )}
        {smallPrint === null ? null : (
          <>
            <span className="font-mono">{smallPrint}</span>
            <CopyButton label="Copy details" text={`${title} ${detail ?? ""} (${smallPrint})`} />
          </>
        )}
      </div>
    )}
  </div>
);
