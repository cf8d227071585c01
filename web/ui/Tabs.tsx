import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

type Tab<Value extends string> = { readonly value: Value; readonly label: string; readonly content: ReactNode };

export type TabsProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly tabs: readonly Tab<Value>[];
};

/** Tabs whose choice is the caller's, so that it can live in the address. Fills the height that it is given. */
export const Tabs = <Value extends string>({ label, value, onChange, tabs }: TabsProps<Value>) => (
  <Base.Root value={value} onValueChange={onChange} className="flex min-h-0 flex-1 flex-col">
    <Base.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-line border-b px-2">
      {tabs.map((tab) => (
        <Base.Tab
          key={tab.value}
          value={tab.value}
          className="h-8 border-transparent border-b-2 px-2 text-muted data-active:border-accent data-active:text-text hover:text-text phone:h-9"
        >
          {tab.label}
        </Base.Tab>
      ))}
    </Base.List>
    {tabs.map((tab) => (
      <Base.Panel key={tab.value} value={tab.value} className="flex min-h-0 flex-1 flex-col">
        {tab.content}
      </Base.Panel>
    ))}
  </Base.Root>
);
