import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

export type MenuProps = {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  /** Which edges of menu and trigger are one line; `end` unless said otherwise. */
  readonly align?: "start" | "end";
};

/** A menu that opens from `trigger`. */
export const Menu = ({ trigger, children, align = "end" }: MenuProps) => (
  <Base.Root>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
        <Base.Popup className="min-w-48 max-w-80 rounded-layer border border-control bg-surface p-1 shadow-layer outline-none">
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);

const ITEM =
  "flex min-h-8 w-full flex-col justify-center rounded-control px-2 py-1 text-left outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2";

export type MenuItemProps = {
  readonly onSelect: () => void;
  readonly children: ReactNode;
  /** Turns the item off and is shown below it. */
  readonly disabledReason?: string | null;
  readonly isDangerous?: boolean;
};

/** An entry. One that is off stays reachable and says why. */
export const MenuItem = ({ onSelect, children, disabledReason = null, isDangerous = false }: MenuItemProps) => {
  const isOff = disabledReason !== null;
  return (
    <Base.Item
      onClick={isOff ? undefined : onSelect}
      closeOnClick={!isOff}
      aria-disabled={isOff || undefined}
      className={ITEM}
    >
      <span className={isOff ? "text-muted" : isDangerous ? "text-danger" : "text-text"}>{children}</span>
      {isOff ? <span className="text-meta text-muted">{disabledReason}</span> : null}
    </Base.Item>
  );
};

/** Choose one of several. */
export const MenuChoice = <Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}) => (
  <Base.RadioGroup value={value} onValueChange={onChange}>
    <Base.GroupLabel className="px-2 pt-1 text-meta text-muted">{label}</Base.GroupLabel>
    {options.map((option) => (
      <Base.RadioItem
        key={option.value}
        value={option.value}
        closeOnClick
        className="flex min-h-8 items-center justify-between rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2"
      >
        {option.text}
        <Base.RadioItemIndicator>
          <Check className="size-4 text-accent" aria-hidden="true" />
        </Base.RadioItemIndicator>
      </Base.RadioItem>
    ))}
  </Base.RadioGroup>
);

export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />;
