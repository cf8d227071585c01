import { Combobox } from "@base-ui/react/combobox";
import { Check, X } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { Inventory } from "../../live/inventory-store.ts";
import type { LogSelection } from "./log-selection.ts";
import { chosenSources, findSources, type SourceGroup, type SourceOption, selectionOf } from "./source-options.ts";

export type SourcePickerProps = {
  readonly inventory: Inventory;
  readonly selection: LogSelection;
  readonly onChange: (selection: LogSelection) => void;
};

const isSame = (one: SourceOption, other: SourceOption): boolean =>
  one.kind === other.kind && one.value === other.value;
const NONE = { hosts: [], containers: [] };

/** Whose logs: hosts, compose projects, containers, labels and patterns of names, as many as wanted. */
export const SourcePicker = ({ inventory, selection, onChange }: SourcePickerProps) => {
  const [query, setQuery] = useState("");
  const field = useRef<HTMLDivElement>(null);
  const facts = useMemo(
    () =>
      inventory.status === "known"
        ? { hosts: [...inventory.hosts.values()], containers: [...inventory.containers.values()] }
        : NONE,
    [inventory],
  );
  const groups = useMemo(() => findSources(facts, query), [facts, query]);
  const chosen = useMemo(() => chosenSources(selection, facts), [selection, facts]);
  return (
    <Combobox.Root
      multiple
      // As menus do: while the list is open, it is what there is.
      modal
      items={groups}
      filter={null}
      value={chosen}
      onValueChange={(next: readonly SourceOption[], { reason }) => {
        // Escape closes the list and nothing else: what was chosen stays.
        if (reason === "escape-key") return;
        setQuery("");
        onChange(selectionOf(next));
      }}
      inputValue={query}
      onInputValueChange={setQuery}
      itemToStringLabel={({ title }: SourceOption) => title}
      isItemEqualToValue={isSame}
      autoHighlight
    >
      <Combobox.InputGroup
        ref={field}
        className="flex min-h-8 min-w-0 flex-1 items-center rounded-control border border-control bg-page px-1 focus-within:outline-2 focus-within:outline-accent"
      >
        <Combobox.Chips
          className="flex max-h-16 min-w-0 flex-1 flex-wrap items-center gap-1 overflow-y-auto py-0.5"
          aria-label="Sources"
        >
          {chosen.map((option) => (
            <Combobox.Chip
              key={`${option.kind} ${option.value}`}
              aria-label={option.title}
              className="flex h-6 max-w-full items-center gap-1 rounded-control bg-raised pl-1.5 outline-none data-highlighted:outline-2 data-highlighted:outline-accent"
            >
              <span className="truncate">{option.title}</span>
              <Combobox.ChipRemove
                aria-label={`Remove ${option.title}`}
                className="flex size-6 items-center justify-center rounded-control text-muted hover:text-text"
              >
                <X className="size-3.5" aria-hidden="true" />
              </Combobox.ChipRemove>
            </Combobox.Chip>
          ))}
          <Combobox.Input
            aria-label="Whose logs"
            placeholder={chosen.length === 0 ? "Hosts, compose projects, containers, labels" : "and…"}
            autoComplete="off"
            spellCheck={false}
            className="h-6 min-w-24 flex-1 bg-transparent px-1 outline-none"
          />
        </Combobox.Chips>
      </Combobox.InputGroup>
      <Combobox.Portal>
        <Combobox.Positioner anchor={field} sideOffset={4} align="start" className="z-50 outline-none">
          <Combobox.Popup className="max-h-[min(420px,var(--available-height))] w-[min(420px,var(--available-width))] overflow-y-auto overscroll-contain rounded-layer border border-control bg-surface p-1 shadow-layer outline-none">
            <Combobox.List>
              {(group: SourceGroup) => (
                <Combobox.Group key={group.title} items={group.items} className="pb-1">
                  <Combobox.GroupLabel className="px-2 pt-1 text-meta text-muted">{group.title}</Combobox.GroupLabel>
                  <Combobox.Collection>
                    {(option: SourceOption) => <OptionRow key={`${option.kind} ${option.value}`} option={option} />}
                  </Combobox.Collection>
                </Combobox.Group>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
};

const OptionRow = ({ option }: { readonly option: SourceOption }) => (
  <Combobox.Item
    value={option}
    className="flex min-h-8 items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2"
  >
    <span className="flex size-4 shrink-0 items-center">
      <Combobox.ItemIndicator>
        <Check className="size-4 text-accent" aria-hidden="true" />
      </Combobox.ItemIndicator>
    </span>
    <span className="min-w-0 flex-1 truncate">{option.title}</span>
    <span className="min-w-0 max-w-1/2 truncate text-meta text-muted">{option.beside}</span>
  </Combobox.Item>
);
