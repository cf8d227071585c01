/** Holds what was delivered against what the engine had. */

/** What the engine wrote into one container's log, each stream's lines in order. */
export interface TrueLog {
  readonly streams: readonly [TrueStream, TrueStream];
}

export interface TrueStream {
  readonly prints: readonly number[];
  /** Stamps, µs since the epoch. */
  readonly micros: readonly number[];
}

export type Delivered =
  | { readonly kind: "line"; readonly stream: 0 | 1; readonly print: number; readonly micros: number }
  /** Both ends in µs since the epoch, rounded down. */
  | { readonly kind: "loss"; readonly fromMicros: number; readonly toMicros: number };

export interface Verdict {
  readonly lost: number;
  /** Missing, and a loss record at that very place covers their time. */
  readonly declared: number;
  readonly doubled: number;
  /** Older than a line of its stream that came before it. */
  readonly disordered: number;
  /** Lines that the engine never had: put together wrongly, or changed. */
  readonly foreign: number;
  /**
   * What is left of a line whose head or end was rotated away, right behind or in front of the record that says so: the
   * engine's files do not tell such a rest from a line. The line itself counts as declared.
   */
  readonly rests: number;
  /** The first thing that is wrong, for people. */
  readonly firstFault: string | null;
}

interface Place {
  readonly index: ReadonlyMap<number, number>;
  next: number;
  readonly seen: Set<number>;
  losses: Extract<Delivered, { kind: "loss" }>[];
}

/** @param delivered in the order of their seqs, without a hole */
export const judge = (truth: TrueLog, delivered: Iterable<Delivered>): Verdict => {
  const places = truth.streams.map(
    ({ prints }): Place => ({
      index: new Map(prints.map((print, index) => [print, index])),
      next: 0,
      seen: new Set(),
      losses: [],
    }),
  );
  const count = { lost: 0, declared: 0, doubled: 0, disordered: 0, foreign: 0, rests: 0 };
  let isBehindLoss = false;
  let firstFault: string | null = null;
  let seq = 0;
  const miss = (stream: 0 | 1, place: Place, untilIndex: number): void => {
    const { micros } = truth.streams[stream];
    for (let index = place.next; index < untilIndex; index++) {
      const at = micros[index] as number;
      const isCovered = place.losses.some(({ fromMicros, toMicros }) => fromMicros <= at && at <= toMicros);
      count[isCovered ? "declared" : "lost"] += 1;
      if (!isCovered)
        firstFault ??=
          `line ${index} of stream ${stream} (${at} µs) is missing before seq ${seq}, of ${untilIndex - place.next} in all; ` +
          `declared there: ${place.losses.map(({ fromMicros, toMicros }) => `${fromMicros} to ${toMicros}`).join(", ") || "nothing"}`;
    }
  };
  const items = [...delivered];
  for (const item of items) {
    if (item.kind === "loss") {
      for (const place of places) place.losses.push(item);
    } else {
      const place = places[item.stream] as Place;
      const index = place.index.get(item.print);
      const isAtLoss = isBehindLoss || items[seq + 1]?.kind === "loss";
      if (index === undefined && isAtLoss && isRest(truth.streams[item.stream], place, item.micros)) {
        count.rests += 1;
      } else if (index === undefined) {
        count.foreign += 1;
        firstFault ??= `seq ${seq} is no line of the engine's`;
      } else if (place.seen.has(index)) {
        count.doubled += 1;
        firstFault ??= `seq ${seq} repeats line ${index} of stream ${item.stream}`;
      } else if (index < place.next) {
        // It was counted as missing when a later one came.
        place.seen.add(index);
        count.disordered += 1;
        firstFault ??= `seq ${seq} is line ${index} of stream ${item.stream}, after line ${place.next - 1}`;
      } else {
        place.seen.add(index);
        miss(item.stream, place, index);
        place.next = index + 1;
        place.losses = [];
      }
    }
    isBehindLoss = item.kind === "loss";
    seq += 1;
  }
  for (const stream of [0, 1] as const) miss(stream, places[stream] as Place, truth.streams[stream].prints.length);
  return { ...count, firstFault };
};

/** True when a line of this stamp is still to come. */
const isRest = ({ micros }: TrueStream, { next }: Place, at: number): boolean => {
  return micros.includes(at, next);
};
