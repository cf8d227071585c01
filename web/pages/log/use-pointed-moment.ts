import { useEffect, useEffectEvent, useRef } from "react";
import type { LineAt } from "./rows/copy-lines.ts";

/**
 * Tells when the line was written that is pointed at, or else the current one, ms since the epoch; `null` where there is none, and when the
 * view goes. Returns what to call when another line, or none, is pointed at.
 */
export const usePointedMoment = (
  currentSeq: number | null,
  lineAt: LineAt,
  onMoment: ((atMs: number | null) => void) | undefined,
): ((seq: number | null) => void) => {
  const pointedSeq = useRef<number | null>(null);
  const tell = (): void => {
    const seq = pointedSeq.current ?? currentSeq;
    const line = seq === null ? null : lineAt(seq);
    onMoment?.(line === null ? null : line.chunk.stampMs(line.index));
  };
  const onChanged = useEffectEvent(tell);
  const onLeft = useEffectEvent(() => onMoment?.(null));
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- another current line is why it is told again
  useEffect(() => onChanged(), [currentSeq]);
  useEffect(() => () => onLeft(), []);
  return (seq) => {
    pointedSeq.current = seq;
    tell();
  };
};
