import type { LogBatch } from "@yardarm/protocol/log/batch";
import type { BatchHeader } from "@yardarm/protocol/log/batch-header";
import { ALL_LEVELS, isInMask, type LevelMask } from "@yardarm/protocol/log/level";
import { FLAG_LOSS, levelOfFlags, type StreamNumber, streamOfFlags } from "@yardarm/protocol/log/line-flags";

/** What `q` asks for. */
export interface LinePattern {
  readonly kind: "text" | "regex";
  readonly source: string;
  readonly isCaseSensitive: boolean;
}

/** Which lines of a log are wanted; plain data, so that it can cross to a thread. */
export interface LineFilter {
  /** Inclusive. */
  readonly sinceNs: bigint | null;
  /** Exclusive. */
  readonly untilNs: bigint | null;
  /** A continuation line carries the level of the line that it belongs to: a trace stays whole. */
  readonly levelMask: LevelMask | null;
  readonly stream: StreamNumber | null;
  readonly pattern: LinePattern | null;
}

export const EVERY_LINE: LineFilter = { sinceNs: null, untilNs: null, levelMask: null, stream: null, pattern: null };

/** True when what passes depends on more than a line's place in time. */
export const isSelective = ({ levelMask, stream, pattern }: LineFilter): boolean =>
  pattern !== null || stream !== null || (levelMask !== null && levelMask !== ALL_LEVELS);

/** False: every line of the batch is too old or too new. */
export const mayBeInTime = (filter: LineFilter, { minTsNs, maxTsNs }: BatchHeader): boolean =>
  (filter.sinceNs === null || maxTsNs >= filter.sinceNs) && (filter.untilNs === null || minTsNs < filter.untilNs);

/** False: no line of the batch has a wanted level. */
export const mayHaveLevel = (filter: LineFilter, { levelMask }: BatchHeader): boolean =>
  filter.levelMask === null || (levelMask & filter.levelMask) !== 0;

export interface PlainTest {
  /** What is missing from the log passes wherever its place in time does. */
  readonly losses: boolean;
}

/** Tests lines of one batch by their columns. */
export const columnTest = (
  filter: LineFilter,
  batch: LogBatch,
  { losses }: PlainTest,
): ((index: number) => boolean) => {
  const { flags, tsOffsetsNs, header } = batch;
  // Distances from the batch's lowest stamp are exact in a double; a bound outside the batch is none.
  const since =
    filter.sinceNs === null || filter.sinceNs <= header.minTsNs ? 0 : Number(filter.sinceNs - header.minTsNs);
  const until =
    filter.untilNs === null || filter.untilNs > header.maxTsNs
      ? Number.POSITIVE_INFINITY
      : Number(filter.untilNs - header.minTsNs);
  const levels = filter.levelMask ?? ALL_LEVELS;
  const { stream } = filter;
  return (index) => {
    const at = tsOffsetsNs[index] as number;
    if (at < since || at >= until) return false;
    const flag = flags[index] as number;
    if ((flag & FLAG_LOSS) !== 0) return losses;
    return isInMask(levels, levelOfFlags(flag)) && (stream === null || streamOfFlags(flag) === stream);
  };
};
