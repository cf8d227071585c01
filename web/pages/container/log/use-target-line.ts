import { useNavigate } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import { useEffect, useState, useSyncExternalStore } from "react";
import { getPosition } from "../../../api/stored-logs.ts";
import { formatMoment } from "../../../format/time.ts";
import { useLive } from "../../../live/live-context.tsx";
import type { LogSession } from "../../../live/log-session.ts";
import { type LineAddress, readLineAddress } from "../../log/line-address.ts";
import type { LogNotice } from "../../log/pane/log-notice.ts";
import { containerPath } from "../../paths.ts";

/** The line that the address names: loaded with what is around it, or said to be gone. */

/** Lines on each side that come with it. */
const AROUND = 500;

export type LineSearch =
  | { readonly status: "none" }
  /** It is here, or the hub is being asked for it. */
  | { readonly status: "wanted"; readonly seq: number }
  /** Its number is not stored any more. */
  | { readonly status: "gone"; readonly atMs: number }
  /** It was written by another container of the same name. */
  | { readonly status: "elsewhere"; readonly line: LineAddress };

/** What to do about the line, given what the store holds and knows to be absent. */
export const searchFor = (
  line: LineAddress | null,
  container: Container,
  session: Pick<LogSession, "store" | "hasOpened">,
): LineSearch => {
  if (line === null) return { status: "none" };
  if (line.containerId !== container.containerId) return { status: "elsewhere", line };
  if (!session.hasOpened) return { status: "wanted", seq: line.seq };
  const { store } = session;
  const isAbsent = store
    .holes()
    .some(({ kind, fromSeq, endSeq }) => kind === "notStored" && fromSeq <= line.seq && line.seq < endSeq);
  return isAbsent || (store.chunkOf(line.seq) === undefined && line.seq >= store.endSeq)
    ? { status: "gone", atMs: line.atMs }
    : { status: "wanted", seq: line.seq };
};

export const noticeOf = (search: LineSearch): LogNotice | null => {
  switch (search.status) {
    case "gone": {
      const text = `The line of this link is no longer stored. It was written at ${formatMoment(search.atMs)}.`;
      return { tone: "warn", text, action: null, code: null };
    }
    case "elsewhere": {
      const text = "The line of this link was written by another container of this name.";
      return { tone: "warn", text, action: "followLink", code: null };
    }
    case "none":
    case "wanted":
      return null;
  }
};

export type TargetLine = {
  /** Where the view is to go. */
  readonly goToSeq: number | null;
  readonly notice: LogNotice | null;
  readonly goTo: (seq: number) => void;
  /** To the container that wrote the line. */
  readonly follow: () => void;
};

/** Only the line with which the page was opened is gone to: later ones are those that somebody chose here. */
export const useTargetLine = (container: Container, session: LogSession, line: string | null): TargetLine => {
  const { inventory } = useLive();
  const navigate = useNavigate();
  const [target] = useState(() => readLineAddress(line));
  const [chosenSeq, goTo] = useState<number | null>(null);
  useSyncExternalStore(session.subscribe, () => (session.hasOpened ? `${session.fetchState.status}` : "opening"));
  const search = searchFor(target, container, session);
  const wantedSeq = search.status === "wanted" ? search.seq : null;
  const goToSeq = chosenSeq ?? wantedSeq;
  const { hasOpened } = session;
  useEffect(() => {
    if (goToSeq === null || !hasOpened || session.store.chunkOf(goToSeq) !== undefined) return;
    const hole = session.store.holes().find(({ fromSeq, endSeq }) => fromSeq <= goToSeq && goToSeq < endSeq);
    if (hole === undefined) return;
    const fromSeq = Math.max(hole.fromSeq, goToSeq - AROUND);
    session.load({ fromSeq, endSeq: Math.min(goToSeq + AROUND, hole.endSeq) }, "oldest");
  }, [session, goToSeq, hasOpened]);
  const follow = (): void => {
    if (target === null) return;
    const view = inventory.view();
    const other = view.status === "known" ? view.containers.get(target.containerId) : undefined;
    if (other !== undefined) {
      void navigate({ to: containerPath(other.hostId, other.containerId), search: true });
      return;
    }
    // The hub may have another container of the workload that wrote at that moment.
    getPosition(container.containerId, target.atMs).then(
      ({ containerId, seq }) => {
        if (containerId === container.containerId) goTo(seq);
        else void navigate({ to: containerPath(container.hostId, containerId), search: true });
      },
      // The sentence that the line is elsewhere stays: there is nothing more to know.
      () => {},
    );
  };
  return { goToSeq, notice: noticeOf(search), goTo, follow };
};
