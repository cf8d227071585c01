import { useEffect, useEffectEvent, useRef } from "react";
import type { LogCommands } from "./log-commands.ts";
import type { LogRowList } from "./rows/row-list.ts";
import type { AddressChange } from "./use-log-address.ts";
import type { LogMoment } from "./use-log-moment.ts";
import type { LogViewState } from "./use-log-view-state.ts";

/** Jumps that wait for something, and what the address says of where somebody is. */

/** The line that somebody chose is part of the address: a reload comes back to it. */
export const useLineInAddress = (
  currentSeq: number | null,
  lineName: ((seq: number) => string | null) | undefined,
  onAddress: AddressChange,
): void => {
  const write = useEffectEvent((seq: number) => {
    const line = lineName?.(seq) ?? null;
    if (line !== null) onAddress({ line });
  });
  useEffect(() => {
    if (currentSeq !== null) write(currentSeq);
  }, [currentSeq]);
};

/** Goes to a line once, when it is there. */
export const useGoTo = (seq: number | null, rows: LogRowList, commands: LogCommands): void => {
  const goneTo = useRef<number | null>(null);
  useEffect(() => {
    if (seq === null || goneTo.current === seq) return;
    if (commands.goToLine(seq)) goneTo.current = seq;
  }, [seq, rows, commands]);
};

/** Somebody who presses Enter before the lines are here, or searched, goes there as soon as they are. */
export const useJumpWhenSearched = (
  { hasOpened, isSearching, query }: LogMoment,
  view: LogViewState,
  text: string,
  commands: LogCommands,
): void => {
  const { awaitedJump, change } = view;
  const isReady = hasOpened && !isSearching && (query?.text ?? "") === text;
  const jump = useEffectEvent((direction: "forward" | "backward") => commands.goToMatch(direction));
  useEffect(() => {
    if (awaitedJump === null || !isReady) return;
    change({ awaitedJump: null });
    jump(awaitedJump);
  }, [awaitedJump, isReady, change]);
};
