import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

/** A sentence on hover and focus. `children` is the one element that it explains. */
export const Tooltip = ({ text, children }: { readonly text: string; readonly children: ReactElement }) => (
  <Base.Root>
    <Base.Trigger render={children} />
    <Base.Portal>
      <Base.Positioner sideOffset={6} className="z-50">
        <Base.Popup className="max-w-72 rounded-control border border-control bg-raised px-2 py-1 text-meta text-text shadow-layer">
          {text}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);
