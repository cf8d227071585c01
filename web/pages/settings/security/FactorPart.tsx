import type { ReactNode } from "react";

/** One way of signing in: what it is called, what there is of it, and its dialogs. */
export const FactorPart = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="flex flex-col items-start gap-2">
    <h3 className="font-medium">{title}</h3>
    {children}
  </div>
);

export const FactorList = ({ children }: { readonly children: ReactNode }) => (
  <ul className="flex w-full flex-col">{children}</ul>
);

export type FactorRowProps = {
  readonly name: string;
  readonly detail: ReactNode;
  /** Its buttons. */
  readonly children: ReactNode;
};

export const FactorRow = ({ name, detail, children }: FactorRowProps) => (
  <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
    <span className="min-w-0 flex-1">
      <span className="block truncate">{name}</span>
      {detail}
    </span>
    {children}
  </li>
);
