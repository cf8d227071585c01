import type { ContainerRun } from "@yardarm/agent/logs/container-run";
import { LineReader } from "@yardarm/agent/logs/reading/line-reader";
import type { LogSource } from "@yardarm/agent/logs/log-source";
import { onlySource } from "@yardarm/agent/logs/log-sources";
import type { Loss } from "@yardarm/agent/logs/reading/pending-loss";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { ManualClock } from "./manual-clock.ts";

export type LoneLogReaderOptions<Told> = {
  readonly source: LogSource;
  /** How a loss is told. */
  readonly tellLoss: (loss: Loss) => Told;
  readonly logOptions?: Readonly<Record<string, string>>;
  /** Default: now. */
  readonly createdAtNs?: bigint;
  readonly clock?: ManualClock;
};

/** The reader of one log, by itself, on a clock that the test moves; the container is younger than its host's enrollment. */
export class LoneLogReader<Told = string> {
  readonly clock: ManualClock;
  readonly reader: LineReader;
  /** Texts of lines, losses, and how reading ended, in their order. */
  readonly told: (string | Told)[] = [];
  /** What the engine says when it is asked; `null`: it does not answer. */
  run: ContainerRun | null = "running";

  constructor({
    source,
    tellLoss,
    logOptions = {},
    createdAtNs,
    clock = new ManualClock(),
  }: LoneLogReaderOptions<Told>) {
    this.clock = clock;
    this.reader = new LineReader({
      sources: onlySource(source),
      container: {
        dockerId: asId<DockerId>("a".repeat(64)),
        tty: false,
        logDriver: "json-file",
        logOptions,
        logPath: null,
      },
      createdAtNs: createdAtNs ?? clock.nowNs(),
      enrolledAtNs: 0n,
      taker: {
        line: (_flags, _seconds, _nanos, text, from, to) =>
          this.told.push(Buffer.from(text.subarray(from, to)).toString()),
        loss: (loss) => this.told.push(tellLoss(loss)),
        readEnd: () => {},
        report: ({ kind }) => void (kind === "reading" || this.told.push(kind)),
      },
      inspect: async () => this.run ?? Promise.reject(new ProtocolError("engine_unreachable", "No engine answers.")),
      acquireSlot: async () => () => {},
      clock: {
        nowNs: () => clock.nowNs(),
        monotonicMs: () => clock.monotonicMs(),
        setTimer: (ms, callback) => clock.setTimer(ms, callback),
      },
      random: () => 0.5,
    });
  }

  /** Begins to read, up to where the source has its first turn. */
  async start(cursor: LogCursor | null = null): Promise<void> {
    this.reader.start(cursor);
    await this.clock.advanceAsync(0);
  }
}

/** `(rotated)`. */
export const reasonOf = ({ reason }: Loss): string => `(${reason})`;
