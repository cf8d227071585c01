import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode, RefObject } from "react";

export type DialogProps = {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** What has the focus when it opens; the first control otherwise. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly isWide?: boolean;
};

/** A modal layer. Escape and the area outside close it; the focus returns to where it was. */
export const Dialog = ({
  isOpen,
  onClose,
  title,
  description,
  children,
  initialFocus,
  isWide = false,
}: DialogProps) => (
  <Base.Root
    open={isOpen}
    onOpenChange={(open) => {
      if (!open) onClose();
    }}
  >
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
      <Base.Viewport className="fixed inset-0 z-40 grid grid-cols-[minmax(0,1fr)] place-items-center overflow-y-auto p-3">
        <Base.Popup
          {...(initialFocus === undefined ? {} : { initialFocus })}
          className={`flex w-full flex-col gap-3 rounded-layer border border-control bg-surface p-4 shadow-layer ${isWide ? "max-w-180" : "max-w-120"}`}
        >
          <Base.Title className="font-semibold text-title">{title}</Base.Title>
          {description === undefined ? null : (
            <Base.Description className="text-muted" render={<div />}>
              {description}
            </Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Viewport>
    </Base.Portal>
  </Base.Root>
);

/** The row of buttons at a dialog's end. */
export const DialogButtons = ({ children }: { readonly children: ReactNode }) => (
  <div className="mt-1 flex flex-wrap justify-end gap-2">{children}</div>
);
