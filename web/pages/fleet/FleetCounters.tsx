import { clsx } from "clsx";
import { formatCount, formatPlural } from "../../format/percent.ts";
import type { FleetCounts } from "./fleet-filter.ts";
import type { FleetView, StateFilter } from "./fleet-search.ts";

export type FleetCountersProps = {
  readonly counts: FleetCounts;
  readonly view: FleetView;
  readonly onChange: (fields: Partial<FleetView>) => void;
};

/** The fleet in three numbers, each a filter. */
export const FleetCounters = ({ counts, view, onChange }: FleetCountersProps) => {
  const silent = counts.hosts - counts.hostsOnline;
  const toggle = (state: StateFilter): void => {
    const isAlone = view.states.length === 1 && view.states[0] === state;
    onChange({ states: isAlone ? [] : [state] });
  };
  const isOn = (state: StateFilter): boolean => view.states.length === 1 && view.states[0] === state;
  return (
    <div className="flex h-13 shrink-0 items-stretch overflow-x-auto border-line border-b px-1">
      <Counter
        label="Hosts online"
        value={`${formatCount(counts.hostsOnline)} / ${formatCount(counts.hosts)}`}
        note={silent === 0 ? null : `${formatPlural(silent, "host")} not answering`}
        tone={silent === 0 ? "text-text" : "text-warn"}
        isOn={isOn("unreachable")}
        onToggle={() => toggle("unreachable")}
        action="Show containers on hosts that do not answer"
      />
      <Counter
        label="Running"
        value={`${formatCount(counts.running)} / ${formatCount(counts.containers)}`}
        note={null}
        tone="text-text"
        isOn={isOn("running")}
        onToggle={() => toggle("running")}
        action="Show running containers"
      />
      <Counter
        label="Unhealthy"
        value={formatCount(counts.unhealthy)}
        note={null}
        tone={counts.unhealthy === 0 ? "text-text" : "text-danger"}
        isOn={isOn("unhealthy")}
        onToggle={() => toggle("unhealthy")}
        action="Show unhealthy containers"
      />
    </div>
  );
};

type CounterProps = {
  readonly label: string;
  readonly value: string;
  readonly note: string | null;
  readonly tone: string;
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly action: string;
};

const Counter = ({ label, value, note, tone, isOn, onToggle, action }: CounterProps) => (
  <button
    type="button"
    aria-pressed={isOn}
    title={action}
    onClick={onToggle}
    className={clsx(
      "flex shrink-0 flex-col justify-center border-b-2 px-3 text-left hover:bg-raised",
      isOn ? "border-accent" : "border-transparent",
    )}
  >
    <span className="text-meta text-muted">{label}</span>
    <span className="flex items-baseline gap-2">
      <span className={clsx("font-semibold text-title tabular", tone)}>{value}</span>
      {note === null ? null : <span className="text-meta text-warn">{note}</span>}
    </span>
  </button>
);
