import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { FLAG_LOSS } from "@yardarm/protocol/log/line-flags";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { errorText } from "../../../api/errors.ts";
import { getOlder } from "../../../api/stored-logs.ts";
import { HostLines } from "../../../live/host-lines.ts";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { LogSession } from "../../../live/log-session.ts";
import { openLogWorkerPort } from "../../../live/log-worker-port.ts";
import type { Search } from "../../log/bar/search.ts";
import type { LogMarker } from "../../log/rows/row-list.ts";

/** Lines that only the host still has: asked for by hand, page by page, kept as long as this page is open. */

type Reading =
  | { readonly status: "idle" | "loading"; readonly cursor: string | null }
  | { readonly status: "failed"; readonly cursor: string | null; readonly why: string }
  /** `begins`: the log begins here; `gone`: the engine has nothing older. */
  | { readonly status: "ended"; readonly end: "begins" | "gone" };

/** Above the ids of other markers. */
const OFFER_ID = 1_000_000;
const JOINT_ID = 1_000_001;

export type OlderLines = {
  readonly chunks: readonly LogChunk[];
  readonly markers: readonly LogMarker[];
  /** True while what is searched for has not been looked for in all of them. */
  readonly isSearching: boolean;
  /** True when the marker was one of these. */
  readonly onMarker: (id: number) => boolean;
};

/** Something was written before the first stored line: what was evicted, or what was there before the host was added. */
export const mayHaveOlder = ({ store, hasOpened }: Pick<LogSession, "store" | "hasOpened">): boolean => {
  if (!hasOpened) return false;
  const [hole] = store.holes();
  if (hole?.fromSeq === 0) return hole.kind === "notStored";
  const first = store.chunkOf(0);
  return first !== undefined && (first.flags(0) & FLAG_LOSS) !== 0;
};

export const offerText = (reading: Reading, hostName: string): Pick<LogMarker, "text" | "action"> => {
  switch (reading.status) {
    case "idle":
      return { text: `${hostName} may still have older lines.`, action: "Read them from the host" };
    case "loading":
      return { text: `Reading older lines from ${hostName}…`, action: null };
    case "failed":
      return { text: `Older lines could not be read from ${hostName}: ${reading.why}`, action: "Try again" };
    case "ended":
      return reading.end === "begins"
        ? { text: "The log begins here.", action: null }
        : { text: `${hostName} has nothing older any more.`, action: null };
  }
};

export const useHostLines = (
  {
    container,
    host,
    session,
  }: { readonly container: Container; readonly host: Host | undefined; readonly session: LogSession },
  { text, isCaseSensitive, isRegex, excludes }: Search,
): OlderLines => {
  const { containerId } = container;
  const [reading, setReading] = useState<Reading>({ status: "idle", cursor: null });
  const [lines] = useState(
    () => new HostLines({ openPort: openLogWorkerPort, schedule: (publish) => void requestAnimationFrame(publish) }),
  );
  const chunks = useSyncExternalStore(lines.subscribe, lines.chunks);
  const isSearching = useSyncExternalStore(lines.subscribe, lines.isSearching);
  useEffect(() => {
    lines.search({ text, isCaseSensitive, isRegex }, excludes);
  }, [lines, text, isCaseSensitive, isRegex, excludes]);
  useEffect(() => () => lines.stop(), [lines]);
  const mayHave = useSyncExternalStore(session.subscribe, () => mayHaveOlder(session));
  const isOffered = mayHave && host?.status === "online" && container.removedAtNs === null;
  const hostName = host?.name ?? "The host";
  const markers = useMemo((): readonly LogMarker[] => {
    const offer = { id: OFFER_ID, at: "start" as const, ...offerText(reading, hostName) };
    const joint = `above: read from ${hostName}, not stored here · below: stored`;
    return [
      ...(isOffered ? [offer] : []),
      ...(chunks.length === 0 ? [] : [{ id: JOINT_ID, at: "joint" as const, text: joint, action: null }]),
    ];
  }, [reading, hostName, isOffered, chunks]);
  const onMarker = useCallback(
    (id: number): boolean => {
      if (id !== OFFER_ID) return false;
      if (reading.status !== "idle" && reading.status !== "failed") return true;
      const { cursor } = reading;
      setReading({ status: "loading", cursor });
      getOlder(containerId, cursor).then(
        ({ items, nextCursor, end }) => {
          lines.prepend(items);
          setReading(end === "more" ? { status: "idle", cursor: nextCursor } : { status: "ended", end });
        },
        (error: unknown) => setReading({ status: "failed", cursor, why: errorText(error).title }),
      );
      return true;
    },
    [containerId, reading, lines],
  );
  return { chunks, markers, isSearching, onMarker };
};
