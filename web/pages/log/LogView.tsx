import {
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useState,
} from "react";
import { useNow } from "../../live/now.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { type ChipLook, chipLook } from "./bar/chip-look.ts";
import { LogBar } from "./bar/LogBar.tsx";
import { LogFooter } from "./bar/LogFooter.tsx";
import { columnWidths } from "./columns/columns.ts";
import { useCellClicks } from "./columns/use-cell-clicks.ts";
import { useColumnsLook } from "./columns/use-columns-look.ts";
import type { RowLook, SourceMark } from "./line/row-element.ts";
import { canHighlight } from "./line/search-highlight.ts";
import type { LogAddress } from "./log-address.ts";
import { type CommandParts, type Direction, LogCommands } from "./log-commands.ts";
import { LogElements } from "./log-elements.ts";
import { useLogPreferences } from "./log-preferences.ts";
import type { LogReader } from "./log-reader.ts";
import { EmptyPane } from "./pane/EmptyPane.tsx";
import { LogPane } from "./pane/LogPane.tsx";
import type { LogNotice, NoticeAction, ViewFacts } from "./pane/log-notice.ts";
import { NewLinesPill } from "./pane/NewLinesPill.tsx";
import { NoticeLine } from "./pane/NoticeLine.tsx";
import { PaneScroll } from "./pane/pane-scroll.ts";
import { ScrollTicks } from "./pane/ScrollTicks.tsx";
import type { LineAt } from "./rows/copy-lines.ts";
import { FOLLOWING, nextReading } from "./rows/reading.ts";
import { isFiltering, type LogRowList, type RowFilter, type RowsWanted } from "./rows/row-list.ts";
import { gutterCharacters } from "./rows/stamp-width.ts";
import type { Transport } from "./rows/transport.ts";
import { SpokenSummary } from "./SpokenSummary.tsx";
import { useGoTo, useJumpWhenSearched, useLineInAddress } from "./use-line-jumps.ts";
import type { AddressChange } from "./use-log-address.ts";
import { useLogKeys } from "./use-log-keys.ts";
import { useLogMoment } from "./use-log-moment.ts";
import { useLogViewState } from "./use-log-view-state.ts";
import { useMatcher } from "./use-matcher.ts";
import { usePointedMoment } from "./use-pointed-moment.ts";
import { useStable } from "./use-stable.ts";
import { useUnseen } from "./use-unseen.ts";

const ColumnHeader = lazy(async () => ({ default: (await import("./columns/ColumnHeader.tsx")).ColumnHeader }));
const LineDetails = lazy(async () => ({ default: (await import("./details/LineDetails.tsx")).LineDetails }));

export type LogViewProps = {
  readonly reader: LogReader;
  /** Rows as they are now; called again with each version of the reader. MUST stay the same function. */
  readonly buildRows: (wanted: RowsWanted) => LogRowList;
  readonly lineAt: LineAt;
  /** Lines that stand in front of the reader's own are being searched still. */
  readonly isSearchingOlder?: boolean;
  readonly label: string;
  readonly transport: Transport;
  /** What there is to say beside or instead of the lines. */
  readonly noticeOf: (facts: ViewFacts) => LogNotice | null;
  readonly onNotice: (action: Exclude<NoticeAction, "clearFilters">) => void;
  readonly hubNowMs: number;
  readonly address: LogAddress;
  readonly onAddress: AddressChange;
  /** The address of a page that opens at this line; `null` where there is none. */
  readonly linkOf: (seq: number) => string | null;
  /** The line as `address.line` names it. */
  readonly lineName?: (seq: number) => string | null;
  /** Goes to this line as soon as it is there. */
  readonly goToSeq?: number | null;
  readonly fileName: string;
  /** At the beginning of the bar: which log this is. */
  readonly lead: ReactNode;
  /** At the end of the footer. */
  readonly footer?: ReactNode;
  /** Where a line of a merged view comes from. */
  readonly sourceOf?: (seq: number) => SourceMark | null;
  readonly onMarker?: (id: number) => void;
  readonly onDownload?: () => void;
  /** When the line was written that is pointed at or current, ms since the epoch; `null`: there is none. */
  readonly onMoment?: (atMs: number | null) => void;
  /** Between the bar and the lines, given what acts on the log, and whether lines are hidden by a filter. */
  readonly above?: (commands: LogCommands, isFiltered: boolean) => ReactNode;
  /** Instead of the view's own details of the line that is open, and of no line. A click on a line then opens it. */
  readonly detailsOf?: (seq: number | null, commands: LogCommands) => ReactNode;
};

/**
 * A log: live, searchable, honest about what is missing. Fills what it is given. While lines come it is drawn anew a few times per
 * second, and `LogPane` alone with every frame.
 */
export const LogView = (props: LogViewProps) => {
  const { reader, address, onAddress, transport, hubNowMs, sourceOf, above } = props;
  const isNarrow = useMedia(PHONE);
  const nowMs = useNow();
  const [preferences, onPreference] = useLogPreferences(isNarrow);
  const view = useLogViewState();
  const [reading, dispatch] = useReducer(nextReading, FOLLOWING);
  const [scroll] = useState(() => new PaneScroll());
  const { search, levelMask, columns } = address;
  const { cleared } = view;
  const isWrapped = address.isWrapped ?? preferences.isWrapped;
  const stamps = address.stamps ?? preferences.stamps;

  const onlyMatches = search.onlyMatches && search.text !== "";
  const excludes = search.excludes.length > 0;
  const filter = useMemo((): RowFilter => ({ levelMask, onlyMatches, excludes }), [levelMask, onlyMatches, excludes]);
  const pausedSeq = reading.status === "paused" ? reading.endSeq : null;
  const wanted = {
    filter,
    clearedSeq: cleared?.seq ?? null,
    endSeq: pausedSeq,
    isFolding: preferences.folds,
    unfolded: view.unfolded,
  };
  const { moment, current } = useLogMoment(reader, props.buildRows, wanted);
  const unseen = useUnseen({ reader, buildRows: props.buildRows, wanted, moment, reading });
  const { rows, fetchState } = moment;
  const isPinned = reading.status === "following" || (reading.status === "paused" && reading.thenFollow);

  const { text, isCaseSensitive, isRegex, excludes: excluded } = search;
  useEffect(() => {
    reader.search({ text, isCaseSensitive, isRegex }, excluded);
  }, [reader, text, isCaseSensitive, isRegex, excluded]);
  const matcher = useMatcher(search);
  // A paused view keeps its lines, wherever the live end is by now.
  const focusSeq = pausedSeq === null ? scroll.readingSeq : (scroll.topSeq ?? pausedSeq);
  useEffect(() => reader.focus(focusSeq));

  const { lineAt, linkOf, fileName } = props;
  const parts = { reader, current, lineAt, reading, dispatch, view, address, onAddress, preferences, onPreference };
  const commands = useLogCommands(scroll, { ...parts, linkOf, fileName });
  useLogKeys(commands);
  const isSearching = moment.isSearching || props.isSearchingOlder === true;
  useJumpWhenSearched({ ...moment, isSearching }, view, search.text, commands);

  useCellClicks(commands, lineAt, columns);

  const onPoint = usePointedMoment(view.currentSeq, lineAt, props.onMoment);
  useLineInAddress(view.currentSeq, props.lineName, onAddress);
  useGoTo(props.goToSeq ?? null, rows, commands);
  const onScrolled = useCallback(
    (event: "leftEnd" | "reachedEnd" | null) => {
      reader.focus(scroll.readingSeq);
      if (event === "leftEnd") dispatch({ type: "leftEnd", endSeq: reader.endSeq });
      if (event === "reachedEnd") dispatch({ type: "reachedEnd" });
    },
    [reader, scroll],
  );
  const { change } = view;
  const onJump = useCallback((direction: Direction) => change({ awaitedJump: direction }), [change]);
  const onNow = useStable(() => props.onNotice("reconnect"));
  const onDownload = useStable(props.onDownload);
  const seenEndSeq = reading.status === "scrolled" ? reading.seenEndSeq : Number.POSITIVE_INFINITY;
  const onSeen = (endSeq: number): void => {
    if (endSeq > seenEndSeq) dispatch({ type: "saw", endSeq });
  };
  const onLoad = useCallback<LogReader["load"]>((hole, side) => reader.load(hole, side), [reader]);
  const { showsStream, showsFields } = preferences;
  const clearedAtMs = cleared?.atMs ?? 0;
  const marked = canHighlight() ? null : matcher;
  const columnsLook = useColumnsLook(columns, isNarrow);
  const look = useMemo(
    (): RowLook => ({
      ...{ showsStream, showsFields, marked, fetchState, clearedAtMs },
      columns: columnsLook,
      sourceOf: sourceOf ?? null,
    }),
    [showsStream, showsFields, columnsLook, marked, fetchState, clearedAtMs, sourceOf],
  );

  const shownCount = rows.lineCount - rows.hiddenCount;
  const { hiddenCount } = rows;
  const matches = search.text === "" ? null : rows.matches();
  const isSearched = !isSearching && moment.queryProblem === null && moment.query?.text === search.text;
  const notice = props.noticeOf({
    ...{ shownCount, hiddenCount, holdsLines: !moment.isEmpty, isCleared: cleared !== null },
    isNothingFound: matches?.count === 0 && isSearched,
  });
  const onNotice = (action: NoticeAction): void => {
    if (action === "clearFilters") commands.clearFilters();
    else props.onNotice(action);
  };
  const noticeLine = notice === null ? null : <NoticeLine notice={notice} isSmall={shownCount > 0} onAct={onNotice} />;
  const openAt = view.openSeq === null ? null : lineAt(view.openSeq);
  const openLine = openAt === null || view.openSeq === null ? null : { ...openAt, seq: view.openSeq };
  const isFiltered = isFiltering(filter);
  const aboveLines = useMemo(() => above?.(commands, isFiltered), [above, commands, isFiltered]);
  return (
    <section aria-label="Log" className="flex min-h-0 flex-1 flex-col" style={columnWidths(columns)}>
      <LogBar
        lead={props.lead}
        chip={useSameChip(chipLook({ transport, reading, unseen, nowMs }))}
        reader={reader}
        commands={commands}
        search={search}
        matchCount={matches?.count ?? 0}
        matchPosition={matches?.positionOf(view.currentSeq) ?? null}
        isSearching={isSearching}
        problem={moment.queryProblem}
        levelMask={levelMask}
        isFollowing={isPinned}
        isPaused={reading.status === "paused"}
        isWrapped={isWrapped}
        stamps={stamps}
        columns={columns}
        preferences={preferences}
        onJump={onJump}
        onNow={onNow}
        onDownload={props.onDownload === undefined ? null : onDownload}
      />
      {preferences.showsHistogram ? aboveLines : null}
      {columnsLook === null || columnsLook.areFolded ? null : (
        <Suspense fallback={<div className="h-6.25 shrink-0" />}>
          <ColumnHeader
            columns={columns}
            beforeCh={gutterCharacters(look, { stamps, rows, nowMs: hubNowMs })}
            isDark={preferences.isDark}
            elements={commands.elements}
            onChange={(next) => commands.setColumns(next)}
          />
        </Suspense>
      )}
      <div className="relative flex min-h-0 flex-1 flex-col">
        <LogPane
          elements={commands.elements}
          label={props.label}
          rowsNow={current.now}
          subscribe={reader.subscribe}
          scroll={scroll}
          isFollowing={isPinned}
          loadsByItself={!isPinned && !isFiltered}
          isWrapped={isWrapped}
          isDark={preferences.isDark}
          stamps={stamps}
          look={look}
          currentSeq={view.currentSeq}
          openSeq={view.openSeq}
          pulseSeq={view.pulseSeq}
          selection={view.selection}
          expanded={view.expanded}
          matcher={matcher}
          hubNowMs={hubNowMs}
          onScrolled={onScrolled}
          onSeen={reading.status === "scrolled" ? onSeen : null}
          onLine={(action, seq) =>
            commands.onLine(action === "choose" && props.detailsOf && !isTextSelected() ? "open" : action, seq)
          }
          onPoint={onPoint}
          onLoad={onLoad}
          onShowCleared={() => view.change({ cleared: null })}
          onMarker={(id) => props.onMarker?.(id)}
          onCopy={(event) => commands.onCopy(event)}
        >
          {shownCount > 0 || noticeLine === null ? null : (
            <EmptyPane isLate={transport.status === "loading"}>{noticeLine}</EmptyPane>
          )}
        </LogPane>
        <ScrollTicks rows={rows} isSearching={search.text !== ""} version={moment.version} />
        {isPinned ? null : <NewLinesPill unseen={unseen} onGo={() => dispatch({ type: "wentToEnd" })} />}
      </div>
      {props.detailsOf?.(view.openSeq, commands) ??
        (openLine === null ? null : (
          <Suspense fallback={<div className="h-32 shrink-0 border-line border-t bg-surface" />}>
            <LineDetails line={openLine} commands={commands} columns={columns} />
          </Suspense>
        ))}
      <LogFooter
        rows={rows}
        linesPerSecond={moment.linesPerSecond}
        selection={view.selection}
        commands={commands}
        notice={shownCount > 0 ? noticeLine : null}
        footer={props.footer}
      />
      <SpokenSummary reader={reader} isOn={preferences.announces} said={view.said} />
    </section>
  );
};

const useLogCommands = (scroll: PaneScroll, parts: CommandParts): LogCommands => {
  const [commands] = useState(() => new LogCommands(new LogElements(), scroll, parts));
  useLayoutEffect(() => commands.update(parts));
  return commands;
};

/** Whoever selects text ends with a click, too. */
const isTextSelected = (): boolean => document.getSelection()?.isCollapsed === false;

/** The same object as long as it says the same. */
const useSameChip = ({ icon, tone, text }: ChipLook): ChipLook =>
  useMemo(() => ({ icon, tone, text }), [icon, tone, text]);
