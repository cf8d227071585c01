import type { LogHit } from "@yardarm/protocol/api/logs";
import { SEARCH_CONTAINERS } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useCallback, useMemo, useRef, useState } from "react";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { nsToMs } from "../../format/time.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { writeLineAddress } from "../log/line-address.ts";
import { useLogPreferences } from "../log/log-preferences.ts";
import { useMatcher } from "../log/use-matcher.ts";
import { saveText } from "../log/write-out.ts";
import { ProblemState } from "../ProblemState.tsx";
import { useHotkeys } from "../use-hotkeys.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { ExplorerDownload } from "./ExplorerDownload.tsx";
import { HitRow, hitKey } from "./HitRow.tsx";
import type { LineSource } from "./line-link.ts";
import { EVERYTHING, type SelectionQuery, select } from "./log-selection.ts";
import type { LogsSearch, StoredParams } from "./logs-address.ts";
import { HitPanel } from "./panel/HitPanel.tsx";
import { lineOfHit } from "./panel/panel-line.ts";
import { patternProblem } from "./pattern-problem.ts";
import { progressWords } from "./progress-words.ts";
import { type SourceColours, UNKNOWN_SOURCE_COLOUR } from "./source-colours.ts";
import { StoredForm } from "./StoredForm.tsx";
import { StoredHistogram } from "./StoredHistogram.tsx";
import { StoredStatus } from "./StoredStatus.tsx";
import { MOST_COUNTED } from "./stored-count.ts";
import { boundsOf, isAbsolute, type StoredRange } from "./stored-range.ts";
import { useEscapeIn } from "../use-escape-in.ts";
import { useStoredCount } from "./use-stored-count.ts";
import { useStoredSearch } from "./use-stored-search.ts";
import { hitsAsNdjson } from "./write-hits.ts";

export type StoredLinesProps = {
  /** What is searched, most active first; `null`: everything that this person may see. */
  readonly searched: readonly ContainerId[] | null;
  /** The same for the hub, which knows more removed ones; `null`: only `searched` says it. */
  readonly query: SelectionQuery | null;
  /** What `searched` follows from: another selection is another search. */
  readonly selectionKey: string;
  readonly isKnown: boolean;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly search: LogsSearch;
  readonly onSearch: (params: StoredParams) => void;
  /** MUST stay the same object. */
  readonly colours: SourceColours;
  /** The line that is open, as the address has it. */
  readonly onLine: (line: string | null) => void;
};

/** Search in everything that the hub has stored, of all hosts, newest first; with its lines over time. */
export const StoredLines = (props: StoredLinesProps) => {
  const { searched, containers, hosts, search, colours, onSearch, onLine } = props;
  const live = useLive();
  useNow();
  const nowMs = live.hubNow();
  const { find = "", pattern = false, since, from, to, levels, line } = search;
  const params: StoredParams = {
    ...(find === "" ? {} : { find }),
    ...(pattern ? { pattern } : {}),
    ...(since === undefined ? {} : { since }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(levels === undefined ? {} : { levels }),
  };
  const range: StoredRange = { since, fromMs: from, toMs: to };
  const [round, setRound] = useState(0);
  const [isDownloading, setDownloading] = useState(false);
  const hasAny = searched === null || searched.length > 0;
  const isWanted = searched !== null || Object.keys(params).some((name) => name !== "pattern");
  const isAsked = isWanted && props.isKnown && hasAny;
  const key = JSON.stringify([props.selectionKey, params, round]);
  const filter = {
    ...(find === "" ? {} : { q: find }),
    ...(find !== "" && pattern ? { regex: "true" as const } : {}),
    ...(levels === undefined || levels === "none" ? {} : { level: levels }),
  };
  const scope = props.query ?? (searched === null ? {} : { container: searched.slice(0, SEARCH_CONTAINERS).join(",") });
  const { state, further, stop } = useStoredSearch(key, isAsked ? { ...filter, ...boundsOf(range), ...scope } : null);
  const countable = useMemo(() => searched ?? select(containers.values(), EVERYTHING).searched, [searched, containers]);
  const isNarrow = useMedia(PHONE);
  const [{ showsFields, showsHistogram }, prefer] = useLogPreferences(isNarrow);
  const showsOverTime = isWanted && (showsHistogram || !isNarrow);
  const counted = useStoredCount(
    key,
    isAsked && showsOverTime ? { containerIds: countable.slice(0, MOST_COUNTED), range, filter } : null,
  );
  const problem = pattern ? patternProblem(state.error) : null;
  const matcher = useMatcher({ text: find, isCaseSensitive: false, isRegex: pattern });
  const setRange = ({ since: back, fromMs, toMs }: StoredRange): void => {
    const { since: _since, from: _from, to: _to, ...rest } = params;
    onSearch({
      ...rest,
      ...(back === undefined ? {} : { since: back }),
      ...(fromMs === undefined ? {} : { from: Math.round(fromMs) }),
      ...(toMs === undefined ? {} : { to: Math.round(toMs) }),
    });
  };

  const sourceOf = (containerId: ContainerId): LineSource | undefined =>
    containers.get(containerId) ?? state.sources.get(containerId);
  colours.show(state.hits.map(({ workloadId }) => workloadId));
  const region = useRef<HTMLDivElement>(null);
  const openHit = state.hits.find((hit) => line === addressOfHit(hit));
  const toggle = useCallback(
    (hit: LogHit): void => onLine(line === addressOfHit(hit) ? null : addressOfHit(hit)),
    [line, onLine],
  );
  const go = (hit: LogHit | undefined): void => {
    if (hit === undefined) return;
    rowOf(region.current, hit)?.focus();
    if (line !== undefined) onLine(addressOfHit(hit));
  };
  const step = (by: 1 | -1): void => {
    const focused = document.activeElement?.getAttribute("data-hit") ?? null;
    const at = state.hits.findIndex((hit) => hitKey(hit) === focused);
    go(state.hits[at < 0 ? 0 : at + by]);
  };
  useEscapeIn(region, line !== undefined, () => onLine(null));
  useHotkeys({ j: () => step(1), k: () => step(-1) });
  const today = new Date(nowMs).toDateString();
  const searchedCount = searched === null ? null : (state.progress?.containersTotal ?? searched.length);
  const isBounded = since !== undefined || isAbsolute(range);
  const statusWords = state.status === "idle" ? scopeWords(searchedCount) : progressWords(state, nowMs, isBounded);
  const tooManyWords =
    props.query === null && searched !== null && searched.length > SEARCH_CONTAINERS
      ? ` · of the ${SEARCH_CONTAINERS} most recently active of ${formatCount(searched.length)} containers`
      : "";
  const status = (
    <StoredStatus
      words={statusWords + tooManyWords}
      isBelow={isNarrow}
      overTime={
        isNarrow ? { isShown: showsHistogram, onToggle: () => prefer({ showsHistogram: !showsHistogram }) } : null
      }
      onFurther={state.status === "paused" ? further : null}
      onDownload={() => setDownloading(true)}
      noDownload={hasAny ? null : "No container matches."}
      onSave={() => saveText(`${hitsAsNdjson(state.hits, { get: sourceOf }, hosts)}\n`, "stored-lines.ndjson")}
      noSaving={state.hits.length === 0 ? "Nothing is listed that could be saved." : null}
    />
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <StoredForm
        params={params}
        isRunning={state.status === "running"}
        problem={problem}
        nowMs={nowMs}
        onParams={onSearch}
        onAgain={() => setRound((former) => former + 1)}
        onStop={stop}
        onLeave={() => region.current?.focus()}
      />
      {showsOverTime ? (
        <StoredHistogram
          counted={counted}
          leftOut={Math.max(0, countable.length - MOST_COUNTED)}
          range={range}
          onRange={setRange}
          onMoment={(atMs, endMs) => {
            const hit = state.hits.find(({ tsNs }) => (nsToMs(tsNs) ?? 0) < endMs);
            if (hit !== undefined && (nsToMs(hit.tsNs) ?? 0) >= atMs) go(hit);
            else setRange({ ...(from === undefined ? {} : { fromMs: Math.min(from, atMs) }), toMs: endMs });
          }}
        />
      ) : null}
      {isNarrow ? null : status}
      <div
        ref={region}
        role="region"
        aria-label="Hits"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
      >
        {state.status === "failed" && problem === null ? (
          <div className="p-3">
            <ProblemState error={state.error} onRetry={further} />
          </div>
        ) : null}
        {problem === null ? null : (
          <EmptyState
            title="The expression cannot be understood."
            action={<Button onClick={() => onSearch(withoutPattern(params))}>Search for it as text</Button>}
          >
            Correct it above, or look for the very text.
          </EmptyState>
        )}
        {state.status === "idle" && props.isKnown ? <NothingAsked hasAny={hasAny} /> : null}
        {state.hits.length === 0 && state.status === "done" ? (
          <EmptyState
            title="No stored line matches."
            {...(Object.keys(params).some((name) => name !== "find" && name !== "pattern")
              ? {
                  action: (
                    <Button
                      onClick={() => onSearch({ ...(find === "" ? {} : { find }), ...(pattern ? { pattern } : {}) })}
                    >
                      Search everything
                    </Button>
                  ),
                }
              : {})}
          >
            {scopeWords(searchedCount)}. Lines that were written this second may not be stored yet.
          </EmptyState>
        ) : null}
        <ol>
          {state.hits.map((hit) => {
            const container = sourceOf(hit.containerId);
            return (
              <HitRow
                key={hitKey(hit)}
                hit={hit}
                container={container}
                host={container === undefined ? undefined : hosts.get(container.hostId)}
                colour={container === undefined ? UNKNOWN_SOURCE_COLOUR : colours.of(container.workloadId)}
                matcher={matcher}
                showsFields={showsFields}
                isOpen={hit === openHit}
                isToday={new Date(nsToMs(hit.tsNs) ?? 0).toDateString() === today}
                onOpen={toggle}
              />
            );
          })}
        </ol>
      </div>
      {isNarrow ? status : null}
      <HitPanel
        hit={openHit}
        line={line ?? null}
        containers={containers}
        hosts={hosts}
        onFind={(text) => {
          const { pattern: _pattern, ...rest } = params;
          onSearch({ ...rest, find: text });
        }}
        onClose={() => onLine(null)}
        focusBack={() => (openHit === undefined ? null : rowOf(region.current, openHit)) ?? region.current}
      />
      {isDownloading ? (
        <ExplorerDownload
          searched={searched}
          query={props.query}
          filter={filter}
          range={range}
          onClose={() => setDownloading(false)}
        />
      ) : null}
    </div>
  );
};

const withoutPattern = ({ pattern: _pattern, ...rest }: StoredParams): StoredParams => rest;

const addressOfHit = (hit: LogHit): string => writeLineAddress(lineOfHit(hit).address);

const rowOf = (region: HTMLElement | null, hit: LogHit): HTMLElement | null =>
  region?.querySelector<HTMLElement>(`[data-hit="${hitKey(hit)}"]`) ?? null;

const scopeWords = (count: number | null): string =>
  count === null ? "All containers are searched" : `${formatPlural(count, "container")} searched, removed ones too`;

const NothingAsked = ({ hasAny }: { readonly hasAny: boolean }) =>
  hasAny ? (
    <EmptyState title="Type what to look for.">
      Stored lines of all hosts are searched, newest first, also those of containers that were removed. A range, a level
      or sources above show lines without a text as well.
    </EmptyState>
  ) : (
    <EmptyState title="No container matches.">Choose others above, or none to search all of them.</EmptyState>
  );
