import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";

export type SelectProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
};

/** Choose one of a few. The label is said and shown in front of the value. */
export const Select = <Value extends string>({ label, value, options, onChange }: SelectProps<Value>) => (
  <Base.Root
    items={options}
    value={value}
    onValueChange={(next) => {
      if (next !== null) onChange(next);
    }}
  >
    <Base.Trigger
      aria-label={label}
      className="inline-flex h-8 items-center gap-1.5 rounded-control border border-control bg-surface px-2 hover:bg-raised"
    >
      <span className="text-muted">{label}</span>
      <Base.Value />
      <ChevronDown className="size-4 text-muted" aria-hidden="true" />
    </Base.Trigger>
    <Base.Portal>
      <Base.Positioner sideOffset={4} alignItemWithTrigger={false} align="start" className="z-50 outline-none">
        <Base.Popup className="min-w-(--anchor-width) rounded-layer border border-control bg-surface p-1 shadow-layer outline-none">
          <Base.List>
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex h-8 items-center justify-between gap-4 rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2"
              >
                <Base.ItemText>{option.label}</Base.ItemText>
                <Base.ItemIndicator>
                  <Check className="size-4 text-accent" aria-hidden="true" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);
