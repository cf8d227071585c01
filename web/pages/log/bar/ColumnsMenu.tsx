import { Menu as Base } from "@base-ui/react/menu";
import { ChevronRight, Columns3 } from "lucide-react";
import { lazy, Suspense } from "react";
import { IconButton } from "../../../ui/Button.tsx";
import type { Column } from "../columns/columns.ts";
import type { LogCommands } from "../log-commands.ts";

const ColumnChoices = lazy(async () => ({ default: (await import("../columns/ColumnChoices.tsx")).ColumnChoices }));

export type ColumnsMenuProps = { readonly commands: LogCommands; readonly columns: readonly Column[] };

/** Which fields of the lines have columns of their own. */
export const ColumnsMenu = ({ className, ...props }: ColumnsMenuProps & { readonly className: string }) => (
  <Base.Root>
    <Base.Trigger
      render={
        <IconButton label="Columns" className={className} icon={<Columns3 className="size-4" aria-hidden="true" />} />
      }
    />
    <Layer {...props} />
  </Base.Root>
);

/** The same inside of another menu. */
export const ColumnsSubmenu = (props: ColumnsMenuProps) => (
  <Base.SubmenuRoot>
    <Base.SubmenuTrigger className="flex min-h-8 w-full items-center gap-2 rounded-control px-2 py-1 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2">
      <Columns3 className="size-4" aria-hidden="true" />
      <span className="flex-1">Columns</span>
      <ChevronRight className="size-4 text-muted" aria-hidden="true" />
    </Base.SubmenuTrigger>
    <Layer {...props} />
  </Base.SubmenuRoot>
);

const Layer = ({ commands, columns }: ColumnsMenuProps) => (
  <Base.Portal>
    <Base.Positioner sideOffset={4} align="end" className="z-50 outline-none">
      <Base.Popup className="max-h-[min(26rem,var(--available-height))] w-72 overflow-y-auto rounded-layer border border-control bg-surface p-1 shadow-layer outline-none">
        <Suspense fallback={<div className="h-64" />}>
          <ColumnChoices
            columns={columns}
            countFields={() => commands.countFields()}
            onToggle={(key) => commands.toggleColumn(key)}
          />
        </Suspense>
      </Base.Popup>
    </Base.Positioner>
  </Base.Portal>
);
