import type { ReactNode } from "react";

export type PageHeadProps = { readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode };

/** A settings page's name, what it is about in one sentence, and its main action. */
export const PageHead = ({ title, children, action }: PageHeadProps) => (
  <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
    <h1 className="min-w-40 flex-1 font-semibold text-large">{title}</h1>
    {action}
    {children === undefined ? null : <p className="w-full text-muted">{children}</p>}
  </div>
);
