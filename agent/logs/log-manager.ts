/**
 * All logs of this host: who is followed, under which alias, and how fast the hub takes what is sent.
 *
 * A little above 300 lines: it is where the hub's messages meet the readers, and each method is one of these meetings.
 */
import { constants, zstdCompressSync } from "node:zlib";
import type { Ack } from "@yardarm/protocol/agent-down/ack";
import type { LogAssign } from "@yardarm/protocol/agent-down/log-assign";
import type { LogRewind } from "@yardarm/protocol/agent-down/log-rewind";
import type { LogStreamStart } from "@yardarm/protocol/agent-down/log-stream-start";
import type { LogStreamStop } from "@yardarm/protocol/agent-down/log-stream-stop";
import type { LogStatus } from "@yardarm/protocol/agent-up/log-status";
import type { LogSourceState } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { ContainerDetails } from "../docker/container-details.ts";
import type { ContainerRun } from "./container-run.ts";
import { LineReader } from "./reading/line-reader.ts";
import type { LineReaderOptions, ReaderReport } from "./reading/line-taker.ts";
import { BEHIND_TOLD_MS, LogLag } from "./numberer/log-lag.ts";
import type { LogContainer, LogSources } from "./log-source.ts";
import { Follower } from "./numberer/follower.ts";
import { type LogRate, logRateOf } from "./numberer/rate-limit.ts";
import { ReaderTurns } from "./reader-turns.ts";
import type { LineRedaction } from "./redaction.ts";
import { SendWindow, WindowShare } from "./numberer/send-window.ts";
import { Slots } from "./slots.ts";

/** What the hub says about logs. */
export type LogMessage = LogAssign | LogRewind | LogStreamStart | LogStreamStop | Ack;

export type LogManagerOptions = {
  readonly sources: LogSources;
  /** What is known of a container, without asking the engine; `null` for one that is not known. */
  describe(dockerId: DockerId): ContainerDetails | null;
  /** Asks the engine whether the container still writes. */
  inspect(dockerId: DockerId): Promise<ContainerRun>;
  /** Both say false, and keep nothing, while there is no connection. */
  send(message: LogStatus): boolean;
  sendFrame(frame: Uint8Array): boolean;
  readonly clock: LineReaderOptions["clock"];
  random(): number;
  /** Lines per second of one container; `null`: as they come. Default: 20,000. */
  readonly rate?: LogRate | null;
  /** Containers that are read at the same time at most. Default: 500. */
  readonly readers?: number;
  /** Default: none. */
  readonly redaction?: LineRedaction | null;
  /** Why this container's log is not to be read, by the host owner's word; `null` when it may be. */
  refuse?(container: ContainerDetails): string | null;
};

type LoggedContainer = LogContainer & Pick<ContainerDetails, "createdAtNs">;

/** One that went before it could be read: its reader finds nothing, and says so in the log. */
const removed = (dockerId: DockerId, createdAtNs: bigint): LoggedContainer => ({
  ...{ dockerId, createdAtNs, tty: false, logDriver: "json-file", logOptions: {}, logPath: null },
});

type Entry = {
  readonly dockerId: DockerId;
  follower: Follower | null;
  isRemoved: boolean;
  status: LogSourceState;
  readonly lag: LogLag;
};

/** Searches in the engine's files that may run at once; each is a linear scan there. */
const OPENING_AT_ONCE = 4;
const STATUS_DELAY_MS = 100;
const STATUS_EVERY_MS = 5_000;
const CLOCK_STEP_MS = 1_000;
/** Below this compression costs more than it saves. */
const COMPRESSED_FROM_BYTES = 512;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
export const DEFAULT_LINES_PER_SECOND = 20_000;
export const DEFAULT_READERS = 500;
const OFF_WORDS = new Set(["off", "false", "no", "0"]);
const REASON_CHARACTERS = 1_024;

export const refusalByLabel = ({ labels }: ContainerDetails): string | null => {
  const word = labels["yardarm.logs"]?.trim().toLowerCase() ?? "";
  return OFF_WORDS.has(word) ? `The label yardarm.logs=${word} excludes this container.` : null;
};

export const compress = (body: Uint8Array): Uint8Array =>
  body.length < COMPRESSED_FROM_BYTES ? body : zstdCompressSync(body, ZSTD);

export class LogManager {
  // fixed
  readonly #options: LogManagerOptions;
  readonly #rate: LogRate | null;
  readonly #window = new SendWindow(undefined, () => this.#updateBackPressure());
  readonly #slots = new Slots(OPENING_AT_ONCE);
  readonly #turns: ReaderTurns<Entry>;
  // state
  readonly #entries = new Map<DockerId, Entry>();
  readonly #byAlias = new Map<number, Entry>();
  #enrolledAtNs = 0n;
  #unsentStatus = new Set<Entry>();
  #cancelStatus: (() => void) | null = null;
  #cancelTick: () => void = () => {};
  #aheadMs: number;

  constructor(options: LogManagerOptions) {
    this.#options = options;
    const { rate = logRateOf(DEFAULT_LINES_PER_SECOND), readers = DEFAULT_READERS } = options;
    this.#rate = rate;
    this.#turns = new ReaderTurns({
      limit: readers,
      isWatched: ({ follower }) => follower?.isWatched === true,
      changed: (entry, hasTurn) => this.#turnChanged(entry, hasTurn),
    });
    this.#aheadMs = this.#wallAheadMs();
    this.#tick();
  }

  /** A connection began. `enrolledAtNs` by this machine's clock. Reading goes on as the hub assigns containers. */
  online(enrolledAtNs: bigint): void {
    this.#enrolledAtNs = enrolledAtNs;
    this.#byAlias.clear();
    for (const entry of this.#entries.values()) this.#setStatus(entry, entry.status);
  }

  /** The connection ended. */
  offline(): void {
    // What the hub did not ask about again had ended.
    const assigned = new Set(this.#byAlias.values());
    for (const entry of this.#entries.values()) if (entry.isRemoved && !assigned.has(entry)) this.#forget(entry);
    this.#byAlias.clear();
    for (const { follower } of this.#entries.values()) follower?.offline();
  }

  /** Throws `unknown_alias` when the hub names an alias that it did not give. */
  take(message: LogMessage): void {
    switch (message.type) {
      case "log.assign":
        for (const { dockerId, alias, cursor } of message.streams) this.#assign(dockerId, alias, cursor);
        return;
      case "log.rewind":
        this.#entryOf(message.alias).follower?.rewind(message.nextSeq, message.cursor);
        return;
      case "log.stream.start": {
        const entry = this.#entryOf(message.alias);
        this.#readInTurn(entry, (follower) => follower.watch(true));
        return;
      }
      case "log.stream.stop":
        this.#entryOf(message.alias).follower?.watch(false);
        return;
      case "ack":
        for (const { alias, nextSeq } of message.acks) this.#entryOf(alias).follower?.acknowledged(nextSeq);
        this.#updateBackPressure();
    }
  }

  containerStarted(dockerId: DockerId): void {
    const entry = this.#entries.get(dockerId);
    if (entry === undefined) return;
    this.#readInTurn(entry, (follower) => follower.containerStarted());
  }

  containerStopped(dockerId: DockerId): void {
    this.#entries.get(dockerId)?.follower?.containerStopped();
  }

  /** The engine no longer has it. What its stream still holds is read to the end. */
  containerRemoved(dockerId: DockerId): void {
    const entry = this.#entries.get(dockerId);
    if (entry === undefined) return;
    entry.isRemoved = true;
    entry.follower?.containerStopped();
    if (entry.follower?.isReading !== true) this.#forget(entry);
  }

  /** Sends everything that has been taken, for a shutdown in good order. */
  flush(): void {
    for (const { follower } of this.#entries.values()) follower?.flush();
  }

  stop(): void {
    this.#cancelTick();
    this.#cancelStatus?.();
    for (const { follower } of this.#entries.values()) follower?.close();
    this.#entries.clear();
    this.#byAlias.clear();
  }

  #entryOf(alias: number): Entry {
    const entry = this.#byAlias.get(alias);
    if (entry === undefined)
      throw new ProtocolError("unknown_alias", `The hub names an alias ${alias} that it did not give.`);
    return entry;
  }

  #assign(dockerId: DockerId, alias: number, cursor: LogCursor | null): void {
    const entry = this.#entries.get(dockerId) ?? this.#makeEntry(dockerId);
    this.#byAlias.set(alias, entry);
    this.#readInTurn(entry, (follower) => follower.assign(alias, cursor));
  }

  #makeEntry(dockerId: DockerId): Entry {
    const details = this.#options.describe(dockerId);
    const entry: Entry = {
      dockerId,
      follower: null,
      isRemoved: details === null,
      status: { kind: "pending" },
      lag: new LogLag(),
    };
    this.#entries.set(dockerId, entry);
    if (details === null) {
      entry.follower = this.#makeFollower(entry, removed(dockerId, this.#enrolledAtNs));
      return entry;
    }
    const reason = this.#options.refuse?.(details) ?? refusalByLabel(details);
    if (reason !== null) this.#setStatus(entry, { kind: "off", reason });
    else entry.follower = this.#makeFollower(entry, details);
    return entry;
  }

  #makeFollower(entry: Entry, details: LoggedContainer): Follower {
    const { sources, inspect, sendFrame, clock, random } = this.#options;
    const { dockerId, tty, logDriver, logOptions, logPath, createdAtNs } = details;
    return new Follower({
      makeReader: (taker) =>
        new LineReader({
          sources,
          container: { dockerId, tty, logDriver, logOptions, logPath },
          createdAtNs,
          enrolledAtNs: this.#enrolledAtNs,
          taker,
          redaction: this.#options.redaction ?? null,
          inspect: () => inspect(dockerId),
          acquireSlot: () => this.#slots.acquire(),
          clock,
          random,
        }),
      share: new WindowShare(this.#window),
      rate: this.#rate,
      sendFrame,
      compress,
      clock,
      onReport: (report) => this.#reported(entry, report),
    });
  }

  #updateBackPressure(): void {
    for (const { follower } of this.#entries.values()) follower?.updateBackPressure();
  }

  /** Whatever makes a follower read makes it wait for its turn first. */
  #readInTurn(entry: Entry, begin: (follower: Follower) => void): void {
    const { follower } = entry;
    if (follower === null) return;
    if (!this.#turns.hasTurn(entry)) follower.setTurn(false);
    begin(follower);
    // A log that is read to its end needs none.
    if (!follower.isReading) return;
    this.#turns.want(entry, this.#options.clock.monotonicMs());
    if (!this.#turns.hasTurn(entry)) this.#turnChanged(entry, false);
  }

  #turnChanged(entry: Entry, hasTurn: boolean): void {
    entry.follower?.setTurn(hasTurn);
    if (hasTurn) return;
    const reason = `Waiting for a free reader: this host reads ${this.#turns.limit} logs at the same time, in turns.`;
    this.#setStatus(entry, { kind: "pending", reason });
  }

  #reported(entry: Entry, report: ReaderReport): void {
    if (report.kind !== "reading") this.#turns.leave(entry, this.#options.clock.monotonicMs());
    if (entry.isRemoved && report.kind !== "reading") this.#forget(entry);
    else if (report.kind === "unreadable") {
      this.#setStatus(entry, { kind: "unreadable", reason: report.reason.slice(0, REASON_CHARACTERS) });
    } else if (report.kind === "reading") this.#setReading(entry, report.source, report.reason);
  }

  /** How far it is behind is told by the clock. */
  #setReading(entry: Entry, source: "api" | "file", reason: string | null): void {
    const { status } = entry;
    if (source === "file") {
      if (status.kind !== "file") this.#setStatus(entry, { kind: "file", behindMs: 0 });
      return;
    }
    const told = reason?.slice(0, REASON_CHARACTERS);
    if (status.kind === "api" && status.reason === told) return;
    this.#setStatus(entry, { kind: "api", behindMs: 0, ...(told === undefined ? {} : { reason: told }) });
  }

  #forget(entry: Entry): void {
    entry.follower?.close();
    entry.follower = null;
    this.#turns.leave(entry, this.#options.clock.monotonicMs());
    this.#entries.delete(entry.dockerId);
    this.#unsentStatus.delete(entry);
  }

  /** Looks at the clock, and at how far behind held-back logs are, in their own time. */
  #tick(): void {
    const aheadMs = this.#wallAheadMs();
    if (aheadMs < this.#aheadMs - CLOCK_STEP_MS) {
      for (const { follower } of this.#entries.values()) follower?.clockSetBack();
    }
    this.#aheadMs = aheadMs;
    const nowMs = Number(this.#options.clock.nowNs() / 1_000_000n);
    for (const entry of this.#entries.values()) {
      const { follower, status } = entry;
      if (follower === null || (status.kind !== "api" && status.kind !== "file")) continue;
      const behindMs = entry.lag.look(follower, status.behindMs, nowMs);
      const isTold =
        Math.abs(behindMs - status.behindMs) < BEHIND_TOLD_MS && (behindMs === 0) === (status.behindMs === 0);
      if (!isTold) this.#setStatus(entry, { ...status, behindMs });
    }
    this.#turns.tick(this.#options.clock.monotonicMs());
    this.#cancelTick = this.#options.clock.setTimer(STATUS_EVERY_MS, () => this.#tick());
  }

  /** How far the wall clock is ahead of the monotonic one; a fall says that it was set back. */
  #wallAheadMs(): number {
    const { clock } = this.#options;
    return Number(clock.nowNs() / 1_000_000n) - clock.monotonicMs();
  }

  #setStatus(entry: Entry, status: LogSourceState): void {
    entry.status = status;
    this.#unsentStatus.add(entry);
    this.#cancelStatus ??= this.#options.clock.setTimer(STATUS_DELAY_MS, () => {
      this.#cancelStatus = null;
      this.#sendStatus();
    });
  }

  /** While offline nothing is kept: a new connection is told everything. */
  #sendStatus(): void {
    const containers = [...this.#unsentStatus].map(({ dockerId, status }) => ({ dockerId, source: status }));
    this.#unsentStatus = new Set();
    const page = 500;
    for (let start = 0; start < containers.length; start += page) {
      this.#options.send({ type: "log.status", containers: containers.slice(start, start + page) });
    }
  }
}
