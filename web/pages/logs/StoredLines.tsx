import { LOG_QUERY_CHARACTERS, SEARCH_CONTAINERS } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { Regex, Search } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { useNow } from "../../live/now.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Select } from "../../ui/Select.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useHotkeys } from "../use-hotkeys.ts";
import { HitRow } from "./HitRow.tsx";
import { type LogsSearch, SINCE_CHOICES, type Since } from "./logs-address.ts";
import { progressWords } from "./progress-words.ts";
import { useStoredSearch } from "./use-stored-search.ts";

export type StoredLinesProps = {
  /** What is searched, most active first; `null`: everything that this person may see. */
  readonly searched: readonly ContainerId[] | null;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly search: LogsSearch;
  readonly onSearch: (changes: Pick<LogsSearch, "find" | "pattern" | "since" | "levels">) => void;
};

const EVER = "ever";
const SINCE_WORDS: Readonly<Record<Since, string>> = {
  "15m": "15 minutes",
  "1h": "1 hour",
  "6h": "6 hours",
  "24h": "24 hours",
  "7d": "7 days",
};
const SINCE_OPTIONS = [
  ...SINCE_CHOICES.map((value) => ({ value, label: SINCE_WORDS[value] })),
  { value: EVER, label: "everything" },
] as const;

const ALL = "all";
const LEVEL_OPTIONS = [
  { value: ALL, label: "All" },
  { value: "warn,error,fatal", label: "Warnings and errors" },
  { value: "error,fatal", label: "Errors" },
] as const;
type LevelChoice = (typeof LEVEL_OPTIONS)[number]["value"];

/** Search in everything that the hub has stored, of all hosts, newest first. */
export const StoredLines = ({ searched, containers, hosts, search, onSearch }: StoredLinesProps) => {
  const nowMs = useNow();
  const { find = "", pattern = false, since, levels } = search;
  const [text, setText] = useState(find);
  useEffect(() => setText(find), [find]);
  const field = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => field.current?.focus() });
  const isTooMany = searched !== null && searched.length > SEARCH_CONTAINERS;
  const covered = searched === null ? null : searched.slice(0, SEARCH_CONTAINERS);
  const hasAny = covered === null || covered.length > 0;
  const { state, further, stop, again } = useStoredSearch(
    find === "" || !hasAny
      ? null
      : {
          q: find,
          ...(pattern ? { regex: "true" as const } : {}),
          ...(since === undefined ? {} : { since }),
          ...(levels === undefined ? {} : { level: levels }),
          ...(covered === null ? {} : { container: covered.join(",") }),
        },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text === find) again();
    else onSearch({ ...(text === "" ? {} : { find: text }), ...written({ pattern, since, levels }) });
  };
  const change = (changes: Partial<Narrowing>): void =>
    onSearch({ ...(text === "" ? {} : { find: text }), ...written({ pattern, since, levels, ...changes }) });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <form
        role="search"
        onSubmit={submit}
        className="flex shrink-0 flex-wrap items-center gap-2 border-line border-b px-3 py-2"
      >
        <div className="flex h-8 min-w-40 flex-1 items-center rounded-control border border-control bg-page pl-2 focus-within:outline-2 focus-within:outline-accent">
          <Search className="size-4 shrink-0 text-muted" aria-hidden="true" />
          <input
            ref={field}
            type="text"
            aria-label="Search stored lines"
            placeholder="Text of a line"
            maxLength={LOG_QUERY_CHARACTERS}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") event.currentTarget.blur();
            }}
            autoComplete="off"
            spellCheck={false}
            className="h-full min-w-0 flex-1 bg-transparent px-2 font-mono text-log text-text outline-none"
          />
          <IconButton
            label="Regular expression"
            aria-pressed={pattern}
            className="size-7! shrink-0 aria-pressed:bg-raised aria-pressed:text-accent"
            onClick={() => change({ pattern: !pattern })}
            icon={<Regex className="size-4" aria-hidden="true" />}
          />
        </div>
        <Select
          label="Back to"
          value={since ?? EVER}
          options={SINCE_OPTIONS}
          onChange={(choice: Since | typeof EVER) => change({ since: choice === EVER ? undefined : choice })}
        />
        <Select
          label="Level"
          value={LEVEL_OPTIONS.some(({ value }) => value === levels) ? (levels as LevelChoice) : ALL}
          options={LEVEL_OPTIONS}
          onChange={(choice) => change({ levels: choice === ALL ? undefined : choice })}
        />
        {state.status === "running" ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button type="submit" look="primary" disabledReason={text === "" ? "Type what to look for first." : null}>
            Search
          </Button>
        )}
      </form>
      <div className="flex h-9 shrink-0 items-center gap-3 border-line border-b px-3 text-meta text-muted">
        <p role="status" className="tabular min-w-0 flex-1 truncate">
          {state.status === "idle" ? scopeWords(searched) : progressWords(state, nowMs)}
          {isTooMany
            ? ` · of the ${SEARCH_CONTAINERS} most recently active of ${formatCount(searched.length)} containers`
            : ""}
        </p>
        {state.status === "paused" ? (
          <Button isSmall onClick={further}>
            Search further
          </Button>
        ) : null}
      </div>
      <div role="region" aria-label="Hits" tabIndex={0} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {state.status === "failed" ? (
          <div className="p-3">
            <ProblemState error={state.error} onRetry={further} />
          </div>
        ) : null}
        {state.status === "idle" ? <NothingAsked hasAny={hasAny} /> : null}
        {state.hits.length === 0 && state.status === "done" ? (
          <EmptyState
            title="No stored line matches."
            {...(since === undefined && levels === undefined
              ? {}
              : {
                  action: (
                    <Button onClick={() => change({ since: undefined, levels: undefined })}>Search everything</Button>
                  ),
                })}
          >
            {scopeWords(searched)}. Lines that were written this second may not be stored yet.
          </EmptyState>
        ) : null}
        <ol>
          {state.hits.map((hit) => {
            const container = containers.get(hit.containerId);
            return (
              <HitRow
                key={`${hit.containerId} ${hit.seq}`}
                hit={hit}
                container={container}
                host={container === undefined ? undefined : hosts.get(container.hostId)}
                find={pattern ? "" : find}
                nowMs={nowMs}
              />
            );
          })}
        </ol>
      </div>
    </div>
  );
};

type Narrowing = {
  readonly pattern: boolean;
  readonly since: Since | undefined;
  readonly levels: string | undefined;
};

const written = ({ pattern, since, levels }: Narrowing): Pick<LogsSearch, "pattern" | "since" | "levels"> => ({
  ...(pattern ? { pattern } : {}),
  ...(since === undefined ? {} : { since }),
  ...(levels === undefined ? {} : { levels }),
});

const scopeWords = (searched: readonly ContainerId[] | null): string =>
  searched === null
    ? "All containers are searched"
    : `${formatPlural(searched.length, "container")} searched, removed ones too`;

const NothingAsked = ({ hasAny }: { readonly hasAny: boolean }) =>
  hasAny ? (
    <EmptyState title="Type what to look for.">
      Stored lines of all hosts are searched, newest first, also those of containers that were removed.
    </EmptyState>
  ) : (
    <EmptyState title="No container matches.">Choose others above, or none to search all of them.</EmptyState>
  );
