import type { ReactNode } from "react";

export type EmptyStateProps = { readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode };

/** Nothing here, why, and what to do about it. */
export const EmptyState = ({ title, children, action }: EmptyStateProps) => (
  <div className="flex flex-col items-start gap-2 p-6">
    <p className="font-semibold text-title">{title}</p>
    {children === undefined ? null : <div className="max-w-140 text-muted">{children}</div>}
    {action}
  </div>
);
