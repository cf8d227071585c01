import { useNavigate } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useCallback, useState, useSyncExternalStore } from "react";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { useConnection, useLive } from "../../live/live-context.tsx";
import type { MergedSession } from "../../live/merged-session.ts";
import { useNow } from "../../live/now.ts";
import { shownFilter } from "../log/download/download-query.ts";
import { LogView } from "../log/LogView.tsx";
import type { SourceMark } from "../log/line/row-element.ts";
import type { LogAddress } from "../log/log-address.ts";
import type { LogCommands } from "../log/log-commands.ts";
import type { LineAt } from "../log/rows/copy-lines.ts";
import { LogRowBuilder } from "../log/rows/row-builder.ts";
import type { LogMarker, LogRowList, RowsWanted } from "../log/rows/row-list.ts";
import type { AddressChange } from "../log/use-log-address.ts";
import { PATHS } from "../paths.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { ExplorerDownload } from "./ExplorerDownload.tsx";
import { LiveHistogram } from "./LiveHistogram.tsx";
import { lineLink } from "./line-link.ts";
import type { SelectionQuery } from "./log-selection.ts";
import { type FollowedSource, followedWords, mergedNotice, mergedTransport } from "./merged-words.ts";
import { LivePanel } from "./panel/LivePanel.tsx";
import { type SourceColours, UNKNOWN_SOURCE_COLOUR } from "./source-colours.ts";
import { sourceText, wholeSource } from "./source-text.ts";
import type { StoredRange } from "./stored-range.ts";

export type MergedLogProps = {
  readonly session: MergedSession;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly fittingCount: number;
  /** MUST stay the same object. */
  readonly colours: SourceColours;
  readonly address: LogAddress;
  readonly onAddress: AddressChange;
  /** To the stored lines of that time. MUST stay the same function. */
  readonly onStored: (range: StoredRange) => void;
  /** Whose stored lines a file has, as `ExplorerDownload` takes it. */
  readonly searched: readonly ContainerId[];
  readonly query: SelectionQuery | null;
};

/** What the column of sources holds (`.yd-source` of `line.css`). */
const SOURCE_CHARACTERS = { wide: 17, phone: 10 } as const;

/** The live lines of many containers in one stream; each says whose it is. */
export const MergedLog = (props: MergedLogProps) => {
  const { session, containers, hosts, fittingCount, colours, address, onAddress, onStored } = props;
  const live = useLive();
  const navigate = useNavigate();
  const connection = useConnection();
  useNow();
  // Not with every frame of lines: only when a container is read otherwise than before.
  useSyncExternalStore(session.subscribe, () => session.sourcesKey);
  const [builder] = useState(() => new LogRowBuilder());
  const [isDownloading, setDownloading] = useState(false);
  const buildRows = useCallback(
    (wanted: RowsWanted): LogRowList => {
      const { store } = session;
      // What left this view is not loaded again: it stays in the containers' own logs.
      return builder.build({
        ...wanted,
        store: { chunks: store.chunks, holes: () => [], span: () => store.span() },
        markers: markersOf(session),
      });
    },
    [session, builder],
  );
  const lineAt = useCallback<LineAt>(
    (seq) => {
      const chunk = session.store.chunkOf(seq);
      return chunk === undefined ? null : { chunk, index: seq - chunk.firstSeq };
    },
    [session],
  );
  colours.show(
    session.sources.flatMap(({ containerId }) => {
      const container = containers.get(containerId);
      return container === undefined ? [] : [container.workloadId];
    }),
  );
  const areOnOneHost = new Set(session.sources.map(({ containerId }) => containers.get(containerId)?.hostId)).size <= 1;
  const characters = useMedia(PHONE) ? SOURCE_CHARACTERS.phone : SOURCE_CHARACTERS.wide;
  const sourceOf = useCallback(
    (place: number): SourceMark | null => {
      const { containerId, isLate } = session.originAt(place);
      const container = containers.get(containerId);
      const host = container === undefined || areOnOneHost ? null : (hosts.get(container.hostId)?.name ?? "?");
      const name = { container: container?.name ?? "removed", host, isLate };
      const colour = container === undefined ? UNKNOWN_SOURCE_COLOUR : colours.of(container.workloadId);
      return { text: sourceText(name, characters), whole: wholeSource(name), colour };
    },
    [session, containers, hosts, colours, areOnOneHost, characters],
  );
  const sources = session.sources.flatMap(({ containerId, state, leftOutLines }): FollowedSource[] => {
    const container = containers.get(containerId);
    return container === undefined ? [] : [{ container, host: hosts.get(container.hostId), state, leftOutLines }];
  });
  const hubNowMs = live.hubNow();
  const facts = { connection, feed: session.feed, sources, fittingCount, hubNowMs };
  const transport = mergedTransport(facts);
  const words = followedWords(facts);
  const above = useCallback(
    (commands: LogCommands, isFiltered: boolean) => (
      <LiveHistogram
        session={session}
        isFiltered={isFiltered}
        onPlace={(place) => {
          if (place !== null) commands.goToLine(place);
        }}
        onStored={onStored}
      />
    ),
    [session, onStored],
  );
  return (
    <>
      <LogView
        reader={session}
        buildRows={buildRows}
        lineAt={lineAt}
        label={`Log of ${formatPlural(sources.length, "container")}`}
        transport={transport}
        noticeOf={(view) => mergedNotice(transport, view)}
        onNotice={(action) => {
          if (action === "retry") session.retry();
          else if (action === "reconnect") live.retryNow();
          else void navigate({ to: PATHS.fleet });
        }}
        hubNowMs={hubNowMs}
        address={address}
        onAddress={onAddress}
        linkOf={(place) => {
          const { containerId, seq } = session.originAt(place);
          const container = containers.get(containerId);
          const line = lineAt(place);
          return container === undefined || line === null
            ? null
            : lineLink(container, { seq, tsNs: line.chunk.stampNs(line.index) });
        }}
        fileName="logs"
        onDownload={() => setDownloading(true)}
        lead={<span className="tabular truncate text-muted">{leadWords(sources.length, fittingCount)}</span>}
        above={above}
        detailsOf={(place, commands) => (
          <LivePanel
            session={session}
            place={place}
            commands={commands}
            columns={address.columns}
            containers={containers}
            hosts={hosts}
            line={address.line}
            onLine={(line) => onAddress({ line })}
          />
        )}
        footer={<span title={words}>{words}</span>}
        sourceOf={sourceOf}
      />
      {/* The footer of the log has no room for it there. */}
      <p className="h-6 shrink-0 truncate px-2 text-meta text-muted phone:hidden" title={words}>
        {words}
      </p>
      {isDownloading ? (
        <ExplorerDownload
          searched={props.searched}
          query={props.query}
          filter={shownFilter(address)}
          leavesOut={address.search.excludes.length > 0}
          onClose={() => setDownloading(false)}
        />
      ) : null}
    </>
  );
};

const markersOf = ({ store }: MergedSession): readonly LogMarker[] => {
  const gone = store.isEmpty ? 0 : store.firstSeq;
  if (gone === 0) return [];
  const text = `${formatPlural(gone, "older line")} left this view. They are in the containers' own logs and in the stored lines.`;
  return [{ id: 0, at: "start", text, action: null }];
};

const leadWords = (followed: number, fitting: number): string =>
  followed > 0 && followed < fitting
    ? `${formatCount(followed)} of ${formatPlural(fitting, "container")}`
    : formatPlural(followed, "container");
