import { clsx } from "clsx";
import { Search } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../ui/Button.tsx";
import { Kbd } from "../../ui/Kbd.tsx";
import { Select } from "../../ui/Select.tsx";
import { useHotkeys } from "../use-hotkeys.ts";
import { type FleetView, isFiltered, STATE_FILTERS, type StateFilter } from "./fleet-search.ts";

const STATE_LABELS: Readonly<Record<StateFilter, string>> = {
  running: "Running",
  unhealthy: "Unhealthy",
  restarting: "Restarting",
  paused: "Paused",
  exited: "Stopped",
  removed: "Removed",
  unreachable: "Host not answering",
};

const GROUPS = [
  { value: "host", label: "Host" },
  { value: "compose", label: "Compose project" },
  { value: "none", label: "Nothing" },
] as const;

export type FleetToolbarProps = {
  readonly view: FleetView;
  readonly onChange: (fields: Partial<FleetView>) => void;
};

/** Filter by text and state, group. Never wraps while data arrives: its content depends on the view alone. */
export const FleetToolbar = ({ view, onChange }: FleetToolbarProps) => {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => input.current?.focus() });
  const toggle = (state: StateFilter): void => {
    const isOn = view.states.includes(state);
    onChange({ states: isOn ? view.states.filter((other) => other !== state) : [...view.states, state] });
  };
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-line border-b px-3 py-2" role="search">
      <label className="relative flex min-w-48 flex-1 items-center phone:max-w-90">
        <span className="only-read-aloud">Filter containers</span>
        <Search className="pointer-events-none absolute left-2 size-4 text-muted" aria-hidden="true" />
        <input
          ref={input}
          type="search"
          value={view.query}
          placeholder="Filter: web, host:fra-*, image:nginx"
          onChange={(event) => onChange({ query: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          className="h-8 w-full rounded-control border border-control bg-page pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
        />
        <span className="pointer-events-none absolute right-1.5 hidden phone:block">
          <Kbd>/</Kbd>
        </span>
      </label>
      <fieldset className="flex min-w-0 max-w-full gap-1 overflow-x-auto">
        <legend className="only-read-aloud">Show only these states</legend>
        {STATE_FILTERS.map((state) => {
          const isOn = view.states.includes(state);
          return (
            <button
              key={state}
              type="button"
              aria-pressed={isOn}
              onClick={() => toggle(state)}
              className={clsx(
                "h-7 shrink-0 rounded-control border px-2 text-meta",
                isOn ? "border-accent text-accent" : "border-control text-muted hover:text-text",
              )}
            >
              {STATE_LABELS[state]}
            </button>
          );
        })}
      </fieldset>
      <Select label="Group by" value={view.group} options={GROUPS} onChange={(group) => onChange({ group })} />
      {isFiltered(view) ? (
        <Button look="quiet" onClick={() => onChange({ query: "", states: [] })}>
          Clear filters
        </Button>
      ) : null}
    </div>
  );
};
