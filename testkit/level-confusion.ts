/** What the agent says of lines whose level is known, counted: the measure of its level detection. */

import { LEVEL_NAMES, type LevelName, levelName } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { LevelTracker } from "../agent/logs/level/continuation.ts";
import { statedLevel } from "./log-level-truth.ts";
import { LEVEL_VECTORS } from "./log-level-vectors.ts";
import { LOG_SAMPLES, readLogSample } from "./log-samples.ts";

/** Of the lines that state a level so many must be recognised, and of all lines so many may be given one that they do not state. */
export const LEAST_RECOGNISED = 0.98;
export const MOST_WRONG = 0.001;

/** Lines by what they state and what the agent says of them. */
export class LevelConfusion {
  readonly #cells = new Map<string, number>();
  /** Lines that were taken for part of the line before. */
  continued = 0;
  readonly wrongLines: string[] = [];

  count(truth: LevelName, got: LevelName, line: string): void {
    const cell = `${truth} ${got}`;
    this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + 1);
    if (got !== truth) this.wrongLines.push(line);
  }

  add(other: LevelConfusion): void {
    for (const [cell, lines] of other.#cells) this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + lines);
    this.continued += other.continued;
    this.wrongLines.push(...other.wrongLines);
  }

  lines(truth: LevelName, got: LevelName): number {
    return this.#cells.get(`${truth} ${got}`) ?? 0;
  }

  get total(): number {
    return this.#sum(() => true);
  }

  get stated(): number {
    return this.#sum((truth) => truth !== "unknown");
  }

  get recognised(): number {
    return this.#sum((truth, got) => truth !== "unknown" && truth === got);
  }

  /** Lines with a level that they do not state; a level that was not seen is missed, not wrong. */
  get wrong(): number {
    return this.#sum((truth, got) => got !== "unknown" && got !== truth);
  }

  /** Part of the stated levels that was recognised; 1 where none is stated. */
  get recognisedRatio(): number {
    return this.stated === 0 ? 1 : this.recognised / this.stated;
  }

  get wrongRatio(): number {
    return this.total === 0 ? 0 : this.wrong / this.total;
  }

  #sum(isCounted: (truth: LevelName, got: LevelName) => boolean): number {
    let sum = 0;
    for (const truth of LEVEL_NAMES) {
      for (const got of LEVEL_NAMES) if (isCounted(truth, got)) sum += this.lines(truth, got);
    }
    return sum;
  }
}

/** Every sample, line by line as one container's log, against its documented columns. */
export const confusionOfSamples = (): ReadonlyMap<string, LevelConfusion> =>
  new Map(
    LOG_SAMPLES.map((sample) => {
      const lines = readLogSample(sample).map((line) => [statedLevel(sample, line), line] as const);
      return [sample, confusionOf(lines, new LevelTracker())] as const;
    }),
  );

/** Every made-up line, each for itself. */
export const confusionOfVectors = (): ReadonlyMap<string, LevelConfusion> =>
  new Map(Object.entries(LEVEL_VECTORS).map(([format, lines]) => [format, confusionOf(lines, null)] as const));

/** `tracker`: the lines follow one another in one log; `null`: they have nothing to do with each other. */
const confusionOf = (
  lines: readonly (readonly [LevelName, string])[],
  tracker: LevelTracker | null,
): LevelConfusion => {
  const confusion = new LevelConfusion();
  for (const [truth, line] of lines) {
    const text = Buffer.from(line);
    const flags = (tracker ?? new LevelTracker()).classify(0, text, 0, text.length);
    if ((flags & FLAG_CONTINUATION) !== 0) confusion.continued++;
    confusion.count(truth, levelName(levelOfFlags(flags)), line);
  }
  return confusion;
};
