import { useNavigate } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { shortImage } from "../../../format/image.ts";
import { containerLook } from "../../../format/state-look.ts";
import { formatClock, formatMoment, nsToMs } from "../../../format/time.ts";
import { useInventory } from "../../../live/live-context.tsx";
import type { LogMarker } from "../../log/rows/row-list.ts";
import { containerPath } from "../../paths.ts";

/** What happened to the container, between its lines: starts, stops, and the container before and after it. */

const FORMER_ID = 0;
const LATER_ID = 1;
const FIRST_EVENT_ID = 2;

export type Neighbours = { readonly former: Container | null; readonly later: Container | null };

/** The generations of the same workload before and after this one. */
export const neighboursOf = (container: Container, all: Iterable<Container>): Neighbours => {
  let former: Container | null = null;
  let later: Container | null = null;
  const at = BigInt(container.createdAtNs);
  for (const other of all) {
    if (other.workloadId !== container.workloadId || other.containerId === container.containerId) continue;
    const otherAt = BigInt(other.createdAtNs);
    if (otherAt < at && (former === null || otherAt > BigInt(former.createdAtNs))) former = other;
    if (otherAt > at && (later === null || otherAt < BigInt(later.createdAtNs))) later = other;
  }
  return { former, later };
};

/** Dividers to the neighbours, each with a way there. */
export const neighbourMarkers = (container: Container, { former, later }: Neighbours): readonly LogMarker[] => [
  ...(former === null
    ? []
    : [
        {
          id: FORMER_ID,
          at: "start" as const,
          text: `container replaced${clockOf(container.createdAtNs)}: ${imageChange(former, container)}`,
          action: "Show the former container",
        },
      ]),
  ...(later === null
    ? []
    : [
        {
          id: LATER_ID,
          at: "end" as const,
          text: `container replaced${clockOf(later.createdAtNs)}: ${imageChange(container, later)}`,
          action: "Show the container that followed",
        },
      ]),
];

const clockOf = (ns: string): string => {
  const ms = nsToMs(ns);
  return ms === null ? "" : ` ${formatWhen(ms)}`;
};

const imageChange = (from: Container, to: Container): string =>
  from.image === to.image
    ? `same image, ${shortImage(to.image)}`
    : `${shortImage(from.image)} → ${shortImage(to.image)}`;

/** With the day, unless it is today. */
const formatWhen = (atMs: number): string =>
  new Date(atMs).toDateString() === new Date().toDateString() ? formatClock(atMs) : formatMoment(atMs);

type Moment = { readonly atMs: number; readonly text: string };

/** The last start and the last end that the engine has told of. */
export const momentsOf = (container: Container): readonly Moment[] => {
  const startedMs = nsToMs(container.startedAtNs);
  const finishedMs = nsToMs(container.finishedAtNs);
  const isOver = container.state === "exited" || container.state === "dead";
  return [
    ...(startedMs === null ? [] : [{ atMs: startedMs, text: `started ${formatWhen(startedMs)}` }]),
    ...(finishedMs === null
      ? []
      : [
          {
            atMs: finishedMs,
            text: `${isOver ? containerLook(container).word.toLowerCase() : "stopped"} ${formatWhen(finishedMs)}`,
          },
        ]),
  ].filter(({ atMs }) => atMs > 0);
};

export const useMarkers = (
  container: Container,
): { readonly markers: readonly LogMarker[]; readonly onMarker: (id: number) => void } => {
  const inventory = useInventory();
  const navigate = useNavigate();
  const { former, later } = useMemo(
    () =>
      inventory.status === "known"
        ? neighboursOf(container, inventory.containers.values())
        : { former: null, later: null },
    [container, inventory],
  );
  const moments = useMoments(container);
  const markers = useMemo(
    () => [
      ...neighbourMarkers(container, { former, later }),
      ...moments.map(({ atMs, text }, index) => ({ id: FIRST_EVENT_ID + index, at: atMs, text, action: null })),
    ],
    [container, former, later, moments],
  );
  const onMarker = useCallback(
    (id: number) => {
      const target = id === FORMER_ID ? former : id === LATER_ID ? later : null;
      if (target !== null) void navigate({ to: containerPath(target.hostId, target.containerId), search: true });
    },
    [former, later, navigate],
  );
  return { markers, onMarker };
};

/** Every start and end that this page has heard of; the inventory itself only holds the last ones. */
const useMoments = (container: Container): readonly Moment[] => {
  const [moments, setMoments] = useState<readonly Moment[]>(() => momentsOf(container));
  const seen = useRef(container);
  useEffect(() => {
    if (seen.current === container) return;
    seen.current = container;
    setMoments((former) => {
      const fresh = momentsOf(container).filter(({ atMs }) => !former.some((known) => known.atMs === atMs));
      return fresh.length === 0 ? former : [...former, ...fresh];
    });
  }, [container]);
  return moments;
};
