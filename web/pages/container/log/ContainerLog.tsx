import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { lazy, Suspense, useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { downloadUrl, getPosition } from "../../../api/stored-logs.ts";
import { useConnection, useLive } from "../../../live/live-context.tsx";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { LogSession } from "../../../live/log-session.ts";
import { useNow } from "../../../live/now.ts";
import { shownMoment } from "../../../ui/chart/shown-moment.ts";
import { Select } from "../../../ui/Select.tsx";
import { shownFilter } from "../../log/download/download-query.ts";
import { LogHistogram } from "../../log/histogram/LogHistogram.tsx";
import { LogView } from "../../log/LogView.tsx";
import { writeLineAddress } from "../../log/line-address.ts";
import { type LogAddress, type LogParams, paramsOf, readLogParams } from "../../log/log-address.ts";
import type { LogCommands } from "../../log/log-commands.ts";
import { logNotice } from "../../log/pane/log-notice.ts";
import { LogRowBuilder } from "../../log/rows/row-builder.ts";
import type { RowsWanted } from "../../log/rows/row-list.ts";
import { deriveTransport } from "../../log/rows/transport.ts";
import { useLogAddress } from "../../log/use-log-address.ts";
import type { LogsSearch } from "../../logs/logs-address.ts";
import { containerPath, PATHS } from "../../paths.ts";
import { ContainerSelector } from "./ContainerSelector.tsx";
import { useHostLines } from "./use-host-lines.ts";
import { TIME_RANGES, useLinesOverTime } from "./use-lines-over-time.ts";
import { useLogSession } from "./use-log-session.ts";
import { useMarkers } from "./use-markers.ts";
import { useTargetLine } from "./use-target-line.ts";

const route = getRouteApi("/signed-in/fleet/$hostId/$containerId");

export type ContainerLogProps = { readonly container: Container; readonly host: Host | undefined };

/** The log of the container on this page. */
export const ContainerLog = (props: ContainerLogProps) => {
  const session = useLogSession(props.container.containerId);
  return session === null ? (
    <section aria-label="Log" className="yd-dark flex-1 bg-log" />
  ) : (
    <OpenLog {...props} session={session} />
  );
};

const OpenLog = ({ container, host, session }: ContainerLogProps & { readonly session: LogSession }) => {
  const { containerId, workloadId, hostId, name } = container;
  const live = useLive();
  const connection = useConnection();
  const navigate = useNavigate();
  const [address, onAddress] = useAddressOfRoute();
  const [builder] = useState(() => new LogRowBuilder());
  const [isDownloading, setDownloading] = useState(false);
  const target = useTargetLine(container, session, address.line);
  const { markers, onMarker } = useMarkers(container);
  const older = useHostLines({ container, host, session }, address.search);
  const buildRows = useCallback(
    (wanted: RowsWanted) =>
      builder.build({
        ...wanted,
        store: session.store,
        markers: [...markers, ...older.markers],
        older: older.chunks,
      }),
    [builder, session, markers, older.markers, older.chunks],
  );
  const lineAt = useCallback(
    (seq: number) => {
      const chunk = session.store.chunkOf(seq) ?? chunkIn(older.chunks, seq);
      return chunk === undefined ? null : { chunk, index: seq - chunk.firstSeq };
    },
    [session, older.chunks],
  );
  const lead = useMemo(() => <ContainerSelector container={container} host={host} />, [container, host]);
  const lineName = (seq: number): string | null => {
    const line = lineAt(seq);
    // What only the host has is numbered by nobody.
    if (line === null || seq < 0) return null;
    return writeLineAddress({ workloadId, containerId, seq, atMs: line.chunk.stampMs(line.index) });
  };
  const linkOf = (seq: number): string | null => {
    const line = lineName(seq);
    if (line === null) return null;
    const url = new URL(containerPath(hostId, containerId), location.href);
    url.searchParams.set("line", line);
    return url.href;
  };
  const feed = useSyncExternalStore(session.subscribe, () => session.feed);
  // Ages go on while nothing comes.
  useNow();
  const hubNowMs = live.hubNow();
  const transport = deriveTransport({ connection, feed, host, container, hubNowMs });
  const hostName = host?.name ?? "The host";
  const fileName = fileNameOf(container, host);
  const overTime = useLinesOverTime(containerId, session);
  const goToMoment = (atMs: number, commands: LogCommands): void => {
    const span = session.store.span();
    const seq = span === null || atMs < span[0] ? null : session.store.seqAt(atMs);
    if (seq !== null) {
      commands.goToLine(seq);
      return;
    }
    getPosition(containerId, atMs).then(
      (position) => {
        if (position.containerId === containerId && position.seq !== null) target.goTo(position.seq);
      },
      // Nothing is stored of that moment any more: the bar that was clicked goes with the next answer.
      () => {},
    );
  };
  return (
    <>
      <LogView
        reader={session}
        buildRows={buildRows}
        lineAt={lineAt}
        isSearchingOlder={older.isSearching}
        label={`Log of ${name}`}
        transport={transport}
        noticeOf={(facts) => logNotice({ ...facts, transport, hostName }) ?? target.notice}
        onNotice={(action) => {
          if (action === "retry") session.retry();
          else if (action === "reconnect") live.retryNow();
          else if (action === "showHost") void navigate({ to: PATHS.host, params: { hostId } });
          else if (action === "followLink") target.follow();
          else if (action === "searchStored")
            void navigate({ to: PATHS.logs, search: storedSearch(workloadId, address) });
          else void navigate({ to: PATHS.fleet });
        }}
        hubNowMs={hubNowMs}
        address={address}
        onAddress={onAddress}
        linkOf={linkOf}
        lineName={lineName}
        goToSeq={target.goToSeq}
        fileName={fileName}
        above={(commands, isFiltered) => (
          <LogHistogram
            read={overTime.read}
            drawsHidden={isFiltered}
            zoom={overTime.zoom}
            onZoom={overTime.onZoom}
            choice={
              <Select label="Lines over" value={overTime.range} options={TIME_RANGES} onChange={overTime.onRange} />
            }
            onJump={(atMs) => goToMoment(atMs, commands)}
          />
        )}
        onDownload={() => setDownloading(true)}
        onMoment={showMoment}
        lead={lead}
        footer={`${host?.name ?? "…"} / ${name}`}
        onMarker={(id) => {
          if (!older.onMarker(id)) onMarker(id);
        }}
      />
      {isDownloading ? (
        <Suspense fallback={null}>
          <DownloadDialog
            title={`Download the log of ${name}`}
            description="What the hub has stored. Lines that you selected are saved with Download below the log."
            fileName={fileName}
            filter={shownFilter(address)}
            leavesOut={address.search.excludes.length > 0}
            urlOf={(query, isCompressed) =>
              downloadUrl(containerId, { ...query, download: isCompressed ? "gzip" : "1" })
            }
            onClose={() => setDownloading(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
};

/** The same search in what is stored of the workload, this container's predecessors included. */
const storedSearch = (workloadId: Container["workloadId"], address: LogAddress): LogsSearch => {
  const { q, re, levels } = paramsOf(address);
  return {
    ...{ tab: "stored", workload: workloadId },
    ...(q === undefined ? {} : { find: q }),
    ...(re === undefined ? {} : { pattern: re }),
    ...(levels === undefined ? {} : { levels }),
  };
};

/** The charts beside the log point at the line's time. */
const showMoment = (atMs: number | null): void => shownMoment.show(atMs);

const DownloadDialog = lazy(async () => ({
  default: (await import("../../log/download/DownloadDialog.tsx")).DownloadDialog,
}));

const chunkIn = (chunks: readonly LogChunk[], seq: number): LogChunk | undefined =>
  chunks.find((chunk) => chunk.firstSeq <= seq && seq < chunk.endSeq);

/** The log's part of the route's search, beside the page's own. */
const useAddressOfRoute = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const params = readLogParams(search);
  const router = useRouter();
  const pathname = route.useMatch({ select: (match) => match.pathname });
  return useLogAddress(params, (next: LogParams) => {
    // What is written a moment later must not call back somebody who is on the way to another page.
    if (router.latestLocation.pathname !== pathname) return;
    void navigate({ search: ({ tab }) => ({ ...(tab === undefined ? {} : { tab }), ...next }), replace: true });
  });
};

/** A name that every system takes: names of containers and hosts are hostile text. */
const fileNameOf = ({ name }: Container, host: Host | undefined): string =>
  `${host?.name ?? "host"}-${name}`.replaceAll(/[^\w.-]+/g, "_").slice(0, 120);
