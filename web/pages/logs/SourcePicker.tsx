import { Combobox } from "@base-ui/react/combobox";
import { Check, ListPlus, X } from "lucide-react";
import { useMemo, useState } from "react";
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
  const facts = useMemo(
    () =>
      inventory.status === "known"
        ? { hosts: [...inventory.hosts.values()], containers: [...inventory.containers.values()] }
        : NONE,
    [inventory],
  );
  const groups = useMemo(() => findSources(facts, query), [facts, query]);
  const chosen = useMemo(() => chosenSources(selection, facts), [selection, facts]);
  // Until it is known what the ids stand for nothing is said, in the width that the names have then.
  const isById = ({ kind }: SourceOption): boolean => kind === "host" || kind === "container";
  const isNamed = (option: SourceOption): boolean => inventory.status === "known" || !isById(option);
  const remove = (option: SourceOption): void =>
    onChange(selectionOf(chosen.filter((other) => !isSame(other, option))));
  return (
    <Combobox.Root
      multiple
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
      {/* On a phone one row, which is scrolled: the lines need the room. */}
      <div className="-m-1 flex max-h-20 min-h-10 min-w-0 flex-1 items-center gap-1 overflow-auto p-1 [scrollbar-width:none] phone:flex-wrap phone:[scrollbar-width:auto]">
        <Combobox.Trigger
          aria-label={chosen.length === 0 ? "Choose sources" : "Sources"}
          className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-control border border-control bg-surface px-2 hover:bg-raised"
        >
          <ListPlus className="size-4 text-muted" aria-hidden="true" />
          {chosen.length === 0 ? "Choose sources" : "Sources"}
        </Combobox.Trigger>
        {chosen.map((option) => (
          <span
            key={`${option.kind} ${option.value}`}
            title={isNamed(option) ? option.title : undefined}
            className={`flex h-7 max-w-full shrink-0 items-center rounded-control bg-raised pl-2 phone:min-w-0 phone:shrink ${isById(option) ? "w-48" : ""}`}
          >
            <span className="min-w-0 flex-1 truncate">{isNamed(option) ? option.title : "…"}</span>
            <button
              type="button"
              aria-label={`Remove ${option.title}`}
              onClick={() => remove(option)}
              className="flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:text-text"
            >
              <X className="size-3.5" aria-hidden="true" />
            </button>
          </span>
        ))}
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={2} align="start" className="z-50 outline-none">
          <Combobox.Popup
            aria-label="Sources"
            className="flex max-h-[min(440px,var(--available-height))] w-[min(420px,var(--available-width))] flex-col rounded-layer border border-control bg-surface shadow-layer outline-none"
          >
            <Combobox.Input
              aria-label="Whose logs"
              placeholder="Host, compose project, container, label"
              autoComplete="off"
              spellCheck={false}
              className="h-9 shrink-0 border-line border-b bg-transparent px-3 outline-none focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2"
            />
            <Combobox.List className="min-h-0 overflow-y-auto overscroll-contain p-1">
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
