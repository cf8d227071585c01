import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

export type TooltipProps = {
  /** `null`: nothing to say at present. */
  readonly text: string | null;
  /** The one element that it explains. */
  readonly children: ReactElement;
};

/** A sentence on hover and focus. */
export const Tooltip = ({ text, children }: TooltipProps) => (
  <Base.Root disabled={text === null}>
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
