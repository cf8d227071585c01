import type { ReactNode } from "react";
import { Delayed } from "../../../ui/Delayed.tsx";

/** Stands where the lines would. What will be over in a moment (`isLate`) shows only after 100 ms. */
export const EmptyPane = ({ isLate, children }: { readonly isLate: boolean; readonly children: ReactNode }) => (
  <div className="sticky left-0 p-4">{isLate ? <Delayed>{children}</Delayed> : children}</div>
);
