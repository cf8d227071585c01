import { firstAbove, type LineRun, sliceRun, startOf } from "./scan/line-run.ts";

/** One container of a merge: its runs, one after the other, and how far they were taken. */
export class MergeSource {
  // fixed
  readonly #runs: AsyncGenerator<LineRun, void, void>;
  // state
  #run: LineRun | null = null;
  /** The first line of the run that was not taken. */
  #next = 0;
  #isEnded = false;
  #placeNs: bigint;

  /** @param fromNs no line stands before this moment, ns since the epoch; those that would stand there */
  constructor(runs: AsyncGenerator<LineRun, void, void>, fromNs: bigint) {
    this.#runs = runs;
    this.#placeNs = fromNs;
  }

  /** No line that is still to come stands before this moment, ns. */
  get placeNs(): bigint {
    return this.#placeNs;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True when it takes `fill` to know what comes. */
  get isEmpty(): boolean {
    return this.#run === null && !this.#isEnded;
  }

  /** Where the last line of the run stands, ns. */
  get lastNs(): bigint {
    return this.#run?.placesNs.at(-1) ?? this.#placeNs;
  }

  /** Reads the next run, or finds the end. */
  async fill(): Promise<void> {
    const { done, value } = await this.#runs.next();
    if (done === true) {
      this.#isEnded = true;
      return;
    }
    // A clock that was set back since the run before: its lines stand with that run's last one.
    value.placesNs.fill(this.#placeNs, 0, firstAbove(value.placesNs, this.#placeNs, 0));
    this.#run = value;
    this.#next = 0;
  }

  /** Where the line stands with which about so many bytes are full. */
  placeAfter(bytes: number): bigint {
    if (this.#run === null) return this.#placeNs;
    const { ends, placesNs } = this.#run;
    const index = firstAbove(ends, startOf(ends, this.#next) + bytes, this.#next);
    return placesNs[Math.min(index, placesNs.length - 1)] as bigint;
  }

  /** Bytes of the lines up to and at this moment. */
  bytesUpTo(untilNs: bigint): number {
    if (this.#run === null) return 0;
    const { ends, placesNs } = this.#run;
    return startOf(ends, firstAbove(placesNs, untilNs, this.#next)) - startOf(ends, this.#next);
  }

  /** Takes the lines up to and at this moment; `null` when there are none. */
  takeUpTo(untilNs: bigint): LineRun | null {
    const run = this.#run;
    if (run === null) return null;
    const end = firstAbove(run.placesNs, untilNs, this.#next);
    if (end === this.#next) return null;
    const taken = this.#next === 0 && end === run.ends.length ? run : sliceRun(run, this.#next, end);
    this.#placeNs = run.placesNs[end - 1] as bigint;
    this.#next = end;
    if (end === run.ends.length) this.#run = null;
    return taken;
  }

  /** Nothing more is read. */
  async leave(): Promise<void> {
    await this.#runs.return();
  }
}
