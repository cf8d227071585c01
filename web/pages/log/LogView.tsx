import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useReducer,
  useState,
  useSyncExternalStore,
} from "react";
import { useConnection, useContainer, useHost, useLive } from "../../live/live-context.tsx";
import type { LogSession } from "../../live/log-session.ts";
import { useNow } from "../../live/now.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { type ChipLook, chipLook } from "./bar/chip-look.ts";
import { LogBar } from "./bar/LogBar.tsx";
import { type CommandParts, LogCommands } from "./log-commands.ts";
import { LogElements } from "./log-elements.ts";
import { useLogPreferences } from "./log-preferences.ts";
import { EmptyPane } from "./pane/EmptyPane.tsx";
import { LogPane } from "./pane/LogPane.tsx";
import { countsText, logNotice } from "./pane/log-notice.ts";
import { NewLinesPill } from "./pane/NewLinesPill.tsx";
import { NoticeLine } from "./pane/NoticeLine.tsx";
import { PaneScroll } from "./pane/pane-scroll.ts";
import { isFiltering, LogRowBuilder, LogRows, type RowFilter } from "./rows/log-rows.ts";
import { markPosition } from "./rows/marks.ts";
import { FOLLOWING, nextReading, unseenLines } from "./rows/reading.ts";
import { deriveTransport } from "./rows/transport.ts";
import { SpokenSummary } from "./SpokenSummary.tsx";
import { useLogKeys } from "./use-log-keys.ts";
import { useLogSession } from "./use-log-session.ts";
import { type LogViewState, useLogViewState } from "./use-log-view-state.ts";

export type LogViewProps = { readonly containerId: ContainerId; readonly hostId: HostId };

/** A container's log: live, searchable, honest about what is missing. Fills what it is given. */
export const LogView = (props: LogViewProps) => {
  const session = useLogSession(props.containerId);
  const isNarrow = useMedia(PHONE);
  return (
    <section aria-label="Log" className="flex min-h-0 flex-1 flex-col">
      {session === null ? (
        <div className="yd-dark flex-1 bg-log" />
      ) : (
        <OpenLog {...props} session={session} isNarrow={isNarrow} />
      )}
    </section>
  );
};

type OpenLogProps = LogViewProps & { readonly session: LogSession; readonly isNarrow: boolean };

/** Drawn anew with every frame in which lines come; what does not depend on them is memoized. */
const OpenLog = ({ containerId, hostId, session, isNarrow }: OpenLogProps) => {
  const live = useLive();
  const connection = useConnection();
  const container = useContainer(containerId);
  const host = useHost(hostId);
  const nowMs = useNow();
  const [preferences, onPreference] = useLogPreferences(isNarrow);
  const view = useLogViewState();
  const [reading, dispatch] = useReducer(nextReading, FOLLOWING);
  const [scroll] = useState(() => new PaneScroll());
  const { search, levelMask, cleared } = view;

  const onlyMatches = search.onlyMatches && search.text !== "";
  const filter = useMemo((): RowFilter => ({ levelMask, onlyMatches }), [levelMask, onlyMatches]);
  const pausedSeq = reading.status === "paused" ? reading.endSeq : null;
  const rows = useRows(session, filter, cleared?.seq ?? null, pausedSeq);
  const { endSeq } = session.store;
  const isPinned = reading.status === "following" || (reading.status === "paused" && reading.thenFollow);

  useEffect(() => {
    session.search(search.text, search.isCaseSensitive);
  }, [session, search.text, search.isCaseSensitive]);
  useEffect(() => session.focus(scroll.readingSeq));
  const commands = useLogCommands(scroll, { session, rows, reading, dispatch, view, preferences, onPreference });
  useLogKeys(commands);
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
        isSmall={shownCount > 0}
        onAct={(action) => {
          if (action === "retry") session.retry();
          else if (action === "reconnect") live.retryNow();
          else view.clearFilters();
        }}
      />
    );
  const name = container?.name ?? "this container";
  const matchedSeqs = session.query === null ? [] : rows.matchedSeqs();
  return (
    <>
      <LogBar
        chip={useSameChip(chipLook({ transport, reading, endSeq, nowMs }))}
        session={session}
        commands={commands}
        search={search}
        matchCount={matchedSeqs.length}
        matchPosition={markPosition(matchedSeqs, view.currentSeq)}
        isSearching={session.isSearching}
        levelMask={levelMask}
        isFollowing={isPinned}
        isPaused={reading.status === "paused"}
        preferences={preferences}
        onSearch={view.setSearch}
        onJump={view.setAwaitedJump}
      />
      <div className="relative flex min-h-0 flex-1 flex-col">
        <LogPane
          elements={commands.elements}
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
          onCopy={(event) => commands.onCopy(event)}
        >
          {shownCount > 0 || noticeLine === null ? null : (
            <EmptyPane isLate={transport.status === "loading"}>{noticeLine}</EmptyPane>
          )}
        </LogPane>
        {isPinned ? null : (
          <NewLinesPill count={unseenLines(reading, endSeq)} onGo={() => dispatch({ type: "wentToEnd" })} />
        )}
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

const NO_ROWS = new LogRows([], 0);

/** The rows of the moment; new ones with every frame in which the session has news. */
const useRows = (session: LogSession, filter: RowFilter, clearedSeq: number | null, endSeq: number | null): LogRows => {
  const version = useSyncExternalStore(session.subscribe, session.version);
  const [builder] = useState(() => new LogRowBuilder());
  return useMemo(() => {
    // What the store holds is another thing with each version.
    void version;
    return session.hasOpened ? builder.build({ store: session.store, filter, clearedSeq, endSeq }) : NO_ROWS;
  }, [builder, session, version, filter, clearedSeq, endSeq]);
};

const useLogCommands = (scroll: PaneScroll, parts: CommandParts): LogCommands => {
  const [commands] = useState(() => new LogCommands(new LogElements(), scroll, parts));
  useLayoutEffect(() => commands.update(parts));
  return commands;
};

/** The same object as long as it says the same. */
const useSameChip = ({ icon, tone, text }: ChipLook): ChipLook =>
  useMemo(() => ({ icon, tone, text }), [icon, tone, text]);

/** Somebody who presses Enter before the lines are searched goes there as soon as they are. */
const useJumpWhenSearched = (session: LogSession, view: LogViewState, commands: LogCommands): void => {
  const { awaitedJump, setAwaitedJump, search } = view;
  const isReady = !session.isSearching && (session.query?.text ?? "") === search.text;
  const jump = useEffectEvent((direction: "forward" | "backward") => commands.goToMatch(direction));
  useEffect(() => {
    if (awaitedJump === null || !isReady) return;
    setAwaitedJump(null);
    jump(awaitedJump);
  }, [awaitedJump, isReady, setAwaitedJump]);
};
