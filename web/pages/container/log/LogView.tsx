import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useCallback, useEffect, useEffectEvent, useMemo, useReducer, useState, useSyncExternalStore } from "react";
import { useConnection, useContainer, useHost, useLive } from "../../../live/live-context.tsx";
import type { LogSession } from "../../../live/log-session.ts";
import { useNow } from "../../../live/now.ts";
import { PHONE, useMedia } from "../../use-media.ts";
import { chipLook } from "./chip-look.ts";
import { EmptyPane } from "./EmptyPane.tsx";
import { LogBar } from "./LogBar.tsx";
import { LogPane } from "./LogPane.tsx";
import { LogElements } from "./log-elements.ts";
import { countsText, logNotice } from "./log-notice.ts";
import { useLogPreferences } from "./log-preferences.ts";
import { isFiltering, LogRowBuilder, LogRows, type RowFilter } from "./log-rows.ts";
import { markPosition } from "./marks.ts";
import { NewLinesPill } from "./NewLinesPill.tsx";
import { NoticeLine } from "./NoticeLine.tsx";
import { PaneScroll } from "./pane-scroll.ts";
import { FOLLOWING, nextReading, unseenLines } from "./reading.ts";
import { SearchField } from "./SearchField.tsx";
import { SpokenSummary } from "./SpokenSummary.tsx";
import { deriveTransport } from "./transport.ts";
import { type LogCommands, makeLogCommands } from "./use-log-commands.ts";
import { useLogKeys } from "./use-log-keys.ts";
import { useLogSession } from "./use-log-session.ts";
import { type LogViewState, useLogViewState } from "./use-log-view-state.ts";

export type LogViewProps = { readonly containerId: ContainerId; readonly hostId: HostId };

/** A container's log: live, searchable, honest about what is missing. Fills what it is given. */
export const LogView = (props: LogViewProps) => {
  const session = useLogSession(props.containerId);
  return (
    <section aria-label="Log" className="flex min-h-0 flex-1 flex-col">
      {session === null ? <div className="yd-dark flex-1 bg-log" /> : <OpenLog {...props} session={session} />}
    </section>
  );
};

/** Somebody who presses Enter before the lines are searched goes there as soon as they are. */
const useJumpWhenSearched = (session: LogSession, view: LogViewState, commands: LogCommands): void => {
  const { awaitedJump, setAwaitedJump, search } = view;
  const isReady = !session.isSearching && (session.query?.text ?? "") === search.text;
  const jump = useEffectEvent(commands.goToMatch);
  useEffect(() => {
    if (awaitedJump === null || !isReady) return;
    setAwaitedJump(null);
    jump(awaitedJump);
  }, [awaitedJump, isReady, setAwaitedJump]);
};

const NO_ROWS = new LogRows([], 0);

const OpenLog = ({ containerId, hostId, session }: LogViewProps & { readonly session: LogSession }) => {
  const live = useLive();
  const connection = useConnection();
  const container = useContainer(containerId);
  const host = useHost(hostId);
  const nowMs = useNow();
  const version = useSyncExternalStore(session.subscribe, session.version);
  const [preferences, onPreference] = useLogPreferences(useMedia(PHONE));
  const view = useLogViewState();
  const [reading, dispatch] = useReducer(nextReading, FOLLOWING);
  const [scroll] = useState(() => new PaneScroll());
  const [builder] = useState(() => new LogRowBuilder());
  const [elements] = useState(() => new LogElements());

  const { search, levelMask, cleared } = view;
  useEffect(() => {
    session.search(search.text, search.isCaseSensitive);
  }, [session, search.text, search.isCaseSensitive]);

  const onlyMatches = search.onlyMatches && search.text !== "";
  const filter = useMemo((): RowFilter => ({ levelMask, onlyMatches }), [levelMask, onlyMatches]);
  const pausedSeq = reading.status === "paused" ? reading.endSeq : null;
  const clearedSeq = cleared?.seq ?? null;
  const rows = useMemo(() => {
    // What the store holds is another thing with each version.
    void version;
    return session.hasOpened ? builder.build({ store: session.store, filter, clearedSeq, endSeq: pausedSeq }) : NO_ROWS;
  }, [builder, session, version, filter, clearedSeq, pausedSeq]);
  const { endSeq } = session.store;
  const isPinned = reading.status === "following" || (reading.status === "paused" && reading.thenFollow);
  useEffect(() => session.focus(scroll.readingSeq));

  const commands = makeLogCommands({
    session,
    rows,
    scroll,
    elements,
    reading,
    dispatch,
    view,
    preferences,
    onPreference,
  });
  useLogKeys(elements, commands);
  useJumpWhenSearched(session, view, commands);

  const onScrolled = useCallback(
    (event: "leftEnd" | "reachedEnd" | null) => {
      session.focus(scroll.readingSeq);
      if (event === "leftEnd") dispatch({ type: "leftEnd", endSeq: session.store.endSeq });
      if (event === "reachedEnd") dispatch({ type: "reachedEnd" });
    },
    [session, scroll],
  );
  const onSeen = useCallback((seenSeq: number) => dispatch({ type: "saw", endSeq: seenSeq }), []);
  const onLoad = useCallback<LogSession["load"]>((hole, side) => session.load(hole, side), [session]);

  const hubNowMs = live.hubNow();
  const transport = deriveTransport({ connection, feed: session.feed, host, container, hubNowMs });
  const shownCount = rows.lineCount - rows.hiddenCount;
  const notice = logNotice({
    transport,
    hostName: host?.name ?? "The host",
    shownCount,
    hiddenCount: rows.hiddenCount,
    holdsLines: !session.store.isEmpty,
    isCleared: cleared !== null,
  });
  const noticeLine =
    notice === null ? null : (
      <NoticeLine
        notice={notice}
        hostId={hostId}
        onAct={(action) => {
          if (action === "retry") session.retry();
          else if (action === "reconnect") live.retryNow();
          else commands.clearFilters();
        }}
      />
    );
  const name = container?.name ?? "this container";
  return (
    <>
      <LogBar
        chip={chipLook({ transport, reading, endSeq, nowMs })}
        searchField={
          <SearchField
            fieldRef={elements.setField}
            search={search}
            matchCount={session.query === null ? 0 : rows.matchedSeqs().length}
            matchPosition={session.query === null ? null : markPosition(rows.matchedSeqs(), view.currentSeq)}
            isSearching={session.isSearching}
            onChange={view.setSearch}
            onJump={view.setAwaitedJump}
            onLeave={commands.focusLines}
          />
        }
        levelMask={levelMask}
        levelCounts={session.store.levelCounts()}
        isFollowing={isPinned}
        isPaused={reading.status === "paused"}
        preferences={preferences}
        onLevels={view.setLevelMask}
        onFollow={commands.follow}
        onPause={commands.togglePause}
        onClear={commands.clear}
        onPreference={onPreference}
        onCopyAll={commands.copyAll}
      />
      <div className="relative flex min-h-0 flex-1 flex-col">
        <LogPane
          elements={elements}
          label={`Log of ${name}`}
          rows={rows}
          scroll={scroll}
          isFollowing={isPinned}
          loadsByItself={!isPinned && !isFiltering(filter)}
          isWrapped={preferences.isWrapped}
          stamps={preferences.stamps}
          showsStream={preferences.showsStream}
          currentSeq={view.currentSeq}
          expanded={view.expanded}
          query={session.query}
          fetchState={session.fetchState}
          clearedAtMs={cleared?.atMs ?? 0}
          hubNowMs={hubNowMs}
          onScrolled={onScrolled}
          onSeen={onSeen}
          onChoose={view.setCurrentSeq}
          onExpand={view.expand}
          onLoad={onLoad}
          onShowCleared={() => view.setCleared(null)}
          onCopy={commands.onCopy}
        >
          {shownCount > 0 || noticeLine === null ? null : (
            <EmptyPane isLate={transport.status === "loading"}>{noticeLine}</EmptyPane>
          )}
        </LogPane>
        {isPinned ? null : <NewLinesPill count={unseenLines(reading, endSeq)} onGo={commands.goToEnd} />}
      </div>
      <div className="flex h-8 shrink-0 items-center gap-3 border-line border-t bg-surface px-2 text-meta text-muted">
        <div className="tabular flex h-7 min-w-0 flex-1 items-center">
          {shownCount > 0 && noticeLine !== null ? (
            noticeLine
          ) : (
            <p className="truncate">{countsText(rows.lineCount, rows.hiddenCount, session.linesPerSecond)}</p>
          )}
        </div>
        <p className="hidden max-w-1/2 truncate phone:block">
          {host?.name ?? "…"} / {name}
        </p>
      </div>
      <SpokenSummary session={session} isOn={preferences.announces} said={view.said} />
    </>
  );
};
