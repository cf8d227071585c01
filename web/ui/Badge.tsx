import type { ReactNode } from "react";

/** A small fact in a frame. */
export const Badge = ({ icon, children }: { readonly icon?: ReactNode; readonly children: ReactNode }) => (
  <span className="inline-flex min-h-5 max-w-full items-center gap-1 rounded-control border border-control px-1.5 text-meta text-muted">
    {icon}
    {children}
  </span>
);
