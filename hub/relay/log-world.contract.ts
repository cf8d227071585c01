import { setImmediate as nextTurn } from "node:timers/promises";
import { zstdCompressSync } from "node:zlib";
import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import { type ClientDown, clientDownSchema } from "@yardarm/protocol/client-down/down";
import { asId, type ContainerId, type DockerId, type HostId, type NodeId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import type { DropReason } from "@yardarm/protocol/log/drop-reason";
import { encodeCursorFrame, FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { expect } from "vitest";
import { AgentConnection } from "./agent-connection.ts";
import type { CommittedLog } from "./committed-log.ts";
import type { ViewerTransport } from "./log-chunk.ts";
import { decodeFrame } from "./log-frame.ts";
import { LogRelay, type LogRequest } from "./log-relay.ts";
import { Turn } from "./turn.ts";
import type { Viewer } from "./viewer.ts";
import { Viewer as RelayViewer } from "./viewer.ts";

/** The relay between scripted agents and scripted viewers: the test decides what moves, and when. */

export const ORG = asId<OrgId>("org_0000000000aa");
export const HOST = asId<HostId>("hst_0000000000aa");
export const containerIdOf = (index: number): ContainerId =>
  asId<ContainerId>(`ctr_${String(index).padStart(12, "0")}`);
const dockerIdOf = (index: number): DockerId => asId<DockerId>(String(index).padStart(64, "0"));

/** What line `seq` of a container says: anybody can check it. */
export const lineText = (container: ContainerId, seq: number): string => {
  const text = `${container} line ${seq} `;
  return text.padEnd(text.length + ((seq * 7919) % 97), "x");
};

export interface SendOptions {
  readonly zstd?: boolean;
  readonly firstSeq?: number;
}

export const logFrame = (
  alias: number,
  container: ContainerId,
  range: { readonly firstSeq: number; readonly lines: number; readonly zstd?: boolean },
): Uint8Array => {
  const encoder = new BatchEncoder();
  for (let seq = range.firstSeq; seq < range.firstSeq + range.lines; seq++) {
    const text = Buffer.from(lineText(container, seq));
    encoder.append(1_780_000_000 + Math.floor(seq / 1e6), seq % 1e6, 0, text, 0, text.length);
  }
  const frame = encoder.finish(range.firstSeq, {
    prefixBytes: FRAME_PREFIX_BYTES,
    ...(range.zstd === true ? { compress: (body: Uint8Array) => zstdCompressSync(body) } : {}),
  });
  writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
  return frame;
};

interface AgentStream {
  readonly containerId: ContainerId;
  readonly alias: number;
  nextSeq: number;
  ackedSeq: number;
  isWatched: boolean;
}

/** An agent that follows the protocol. What the hub says waits until `hear`. */
export class WorldAgent {
  readonly connection: AgentConnection;
  readonly inbox: AgentDown[] = [];
  readonly heard: AgentDown[] = [];
  readonly streams = new Map<ContainerId, AgentStream>();
  closedWith: string | null = null;
  readonly #relay: LogRelay;

  constructor(relay: LogRelay, epoch: number) {
    this.#relay = relay;
    this.connection = new AgentConnection({
      ...{ orgId: ORG, hostId: HOST, epoch, sessionNonce: `nonce${epoch}` },
      socket: {
        send: (message) => this.inbox.push(message),
        ping: () => {},
        close: (code) => {
          this.closedWith = code;
          this.leave();
        },
      },
    });
  }

  assign(...containers: readonly number[]): Promise<void> {
    return this.#relay.assign(
      this.connection,
      containers.map((index) => ({ containerId: containerIdOf(index), dockerId: dockerIdOf(index) })),
    );
  }

  /** Takes in what the hub said, oldest first. */
  hear(count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0; left--) {
      const message = this.inbox.shift();
      if (message === undefined) return;
      this.heard.push(message);
      this.#obey(message);
    }
  }

  stream(index: number): AgentStream {
    const stream = this.streams.get(containerIdOf(index));
    if (stream === undefined) throw new Error("The container was not assigned.");
    return stream;
  }

  lines(index: number, lines: number, options: SendOptions = {}): void {
    const stream = this.stream(index);
    const firstSeq = options.firstSeq ?? stream.nextSeq;
    const { zstd = false } = options;
    this.#relay.frame(this.connection, logFrame(stream.alias, stream.containerId, { firstSeq, lines, zstd }));
    stream.nextSeq = firstSeq + lines;
  }

  cursor(index: number): void {
    const { alias, nextSeq } = this.stream(index);
    this.#relay.frame(
      this.connection,
      encodeCursorFrame(alias, { nextSeq, tsNs: String(nextSeq), ordinal: 0, tail: [] }),
    );
  }

  /** The connection ends. */
  leave(): void {
    this.connection.markGone();
    this.#relay.gone(this.connection);
  }

  #obey(message: AgentDown): void {
    switch (message.type) {
      case "log.assign":
        for (const { dockerId, alias, cursor } of message.streams) {
          const containerId = containerIdOf(Number(dockerId));
          const nextSeq = cursor?.nextSeq ?? 0;
          this.streams.set(containerId, { containerId, alias, nextSeq, ackedSeq: nextSeq, isWatched: false });
        }
        break;
      case "log.rewind":
        this.#byAlias(message.alias).nextSeq = message.nextSeq;
        break;
      case "log.stream.start":
      case "log.stream.stop":
        this.#byAlias(message.alias).isWatched = message.type === "log.stream.start";
        break;
      case "ack":
        for (const { alias, nextSeq } of message.acks) {
          const stream = this.#byAlias(alias);
          expect(nextSeq, "acknowledgements never go back").toBeGreaterThanOrEqual(stream.ackedSeq);
          stream.ackedSeq = nextSeq;
        }
        break;
      default:
    }
  }

  #byAlias(alias: number): AgentStream {
    const stream = [...this.streams.values()].find((candidate) => candidate.alias === alias);
    if (stream === undefined) throw new Error("The hub named an alias that it had not given.");
    return stream;
  }
}

/** Text as `T` and its bytes; each binary message as `B`, its length and its bytes. */
const worldTransport: ViewerTransport = {
  text: (json) => Buffer.from(`T${json}`),
  binary: (frames) =>
    Buffer.concat(
      frames.flatMap((frame) => {
        const head = Buffer.alloc(5);
        head.write("B");
        head.writeUInt32LE(frame.length, 1);
        return [head, frame];
      }),
    ),
};

interface FetchedRange {
  readonly from: number;
  readonly to: number;
  /** Asked for in an epoch that has ended: what it still brings comes by itself as well. */
  isStale: boolean;
}

interface Watched {
  alias: number;
  epoch: string;
  /** The next line of the stream. */
  expected: number;
  /** The first line of the whole stream that this viewer asked for. */
  fromSeq: number;
  readonly lines: Map<number, string>;
  /** Ranges that are fetched, oldest first. */
  readonly fetching: FetchedRange[];
}

/** A viewer that follows the protocol to the letter, and fails the test when the hub does not. */
export class WorldViewer {
  readonly viewer: Viewer;
  readonly messages: ClientDown[] = [];
  readonly watched = new Map<ContainerId, Watched>();
  closedWith: string | null = null;
  /** Whether skipped ranges are fetched at once. */
  refetches = true;
  /** Loss records by their seq, as text; they count as lines. */
  readonly losses = new Map<number, string>();
  doubles = 0;
  skippedLines = 0;
  writes = 0;
  readonly #relay: LogRelay;
  readonly #wire: Uint8Array[] = [];
  #wireBytes = 0;

  constructor(relay: LogRelay, options: { readonly turn: Turn; readonly count: World["count"] }) {
    this.#relay = relay;
    const bufferedBytes = (): number => this.#wireBytes;
    this.viewer = new RelayViewer({
      transport: worldTransport,
      turn: options.turn,
      drops: { count: options.count },
      socket: {
        get bufferedBytes() {
          return bufferedBytes();
        },
        write: (messages) => {
          this.writes += 1;
          for (const message of messages) {
            this.#wire.push(message);
            this.#wireBytes += message.length;
          }
        },
        close: (code) => {
          this.closedWith = code;
          this.viewer.close();
        },
      },
    });
  }

  subscribe(index: number, options: Omit<LogRequest, "orgId" | "containerId"> = {}): void {
    this.#relay.subscribe(this.viewer, { orgId: ORG, containerId: containerIdOf(index), ...options });
  }

  fetch(index: number, fromSeq: number, toSeq: number): void {
    this.#relay.fetch(this.viewer, { containerId: containerIdOf(index), fromSeq, toSeq });
    this.watched.get(containerIdOf(index))?.fetching.push({ from: fromSeq, to: toSeq, isStale: false });
  }

  of(index: number): Watched {
    const watched = this.watched.get(containerIdOf(index));
    if (watched === undefined) throw new Error("Not subscribed.");
    return watched;
  }

  /** Reads up to `count` pieces of what was written. Returns whether there was any. */
  read(count = Number.POSITIVE_INFINITY): boolean {
    let hasRead = false;
    for (let left = count; left > 0; left--) {
      const piece = this.#wire.shift();
      if (piece === undefined) break;
      hasRead = true;
      this.#wireBytes -= piece.length;
      this.#take(Buffer.from(piece));
    }
    if (this.#wire.length === 0) this.viewer.drained();
    return hasRead;
  }

  #take(piece: Buffer): void {
    if (piece[0] === "T".charCodeAt(0)) {
      const message = clientDownSchema.parse(JSON.parse(piece.toString("utf8", 1)));
      this.messages.push(message);
      this.#message(message);
      return;
    }
    for (let at = 0; at < piece.length; ) {
      const length = piece.readUInt32LE(at + 1);
      this.#frame(piece.subarray(at + 5, at + 5 + length));
      at += 5 + length;
    }
  }

  #message(message: ClientDown): void {
    switch (message.type) {
      case "log.subscribed": {
        const { containerId, alias, epoch, fromSeq, committedSeq, nextSeq } = message;
        expect(fromSeq).toBeLessThanOrEqual(nextSeq);
        const before = this.watched.get(containerId);
        const lines = before?.lines ?? new Map<number, string>();
        if (before !== undefined && before.epoch !== epoch) {
          for (const seq of lines.keys()) if (seq >= committedSeq) lines.delete(seq);
        }
        const first = Math.min(before?.fromSeq ?? fromSeq, fromSeq);
        const fetching = (before?.fetching ?? []).map(({ from, to }) => ({ from, to, isStale: true }));
        const fresh: Watched = { alias, epoch, expected: fromSeq, fromSeq: first, lines, fetching };
        this.watched.set(containerId, fresh);
        break;
      }
      case "skipped": {
        const watched = this.watched.get(message.containerId);
        if (watched === undefined) break;
        expect(message.from, "a skipped range begins where the stream is").toBe(watched.expected);
        watched.expected = message.to;
        this.skippedLines += message.to - message.from;
        if (this.refetches) this.#fetchRange(message.containerId, { from: message.from, to: message.to });
        break;
      }
      case "log.fetched": {
        const watched = this.watched.get(message.containerId);
        const range = watched?.fetching.shift();
        if (range === undefined) throw new Error("An answer to no fetch.");
        expect(message.toSeq).toBeGreaterThanOrEqual(message.fromSeq);
        const to = range.isStale ? Math.min(range.to, watched?.expected ?? 0) : range.to;
        if (this.refetches && message.toSeq < to) this.#fetchRange(message.containerId, { from: message.toSeq, to });
        break;
      }
      case "logs":
        for (const line of message.lines) {
          const watched = this.watched.get(message.containerId);
          const seq = Number(line.seq);
          if (watched !== undefined) this.#line(watched, seq, String(line.message), message.containerId);
        }
        break;
      default:
    }
  }

  #fetchRange(containerId: ContainerId, range: { from: number; to: number }): void {
    this.watched.get(containerId)?.fetching.push({ ...range, isStale: false });
    this.#relay.fetch(this.viewer, { containerId, fromSeq: range.from, toSeq: range.to });
  }

  #frame(frame: Uint8Array): void {
    const batch = decodeFrame(frame);
    expect(batch.header.codec, "browsers are never sent compressed frames").toBe(0);
    const alias = Buffer.from(frame).readUInt32LE(1);
    const entry = [...this.watched].find(([, watched]) => watched.alias === alias);
    if (entry === undefined) throw new Error("A frame before its subscription.");
    const [containerId, watched] = entry;
    for (let index = 0; index < batch.lineCount; index++) {
      const seq = batch.firstSeq + index;
      if (batch.isLoss(index)) this.losses.set(seq, batch.lineText(index));
      this.#line(watched, seq, batch.isLoss(index) ? lineText(containerId, seq) : batch.lineText(index), containerId);
    }
  }

  #line(watched: Watched, seq: number, text: string, containerId: ContainerId): void {
    // Plain comparisons: an assertion object per line would be most of a test's time.
    if (text !== lineText(containerId, seq)) throw new Error(`Line ${seq} has the text of another: ${text}`);
    const range = watched.fetching.find(({ from, to }) => seq >= from && seq < to);
    if (seq === watched.expected) watched.expected += 1;
    else if (range === undefined) {
      throw new Error(`Line ${seq} came where ${watched.expected} was due.`);
    }
    if (watched.lines.has(seq) && range?.isStale !== true) this.doubles += 1;
    watched.lines.set(seq, text);
  }
}

export interface WorldOptions {
  readonly log: CommittedLog;
  readonly ringBudgetBytes?: number;
  readonly commitBacklogBytes?: number;
  readonly node?: string;
}

export class World {
  readonly clock = new ManualClock();
  readonly relay: LogRelay;
  readonly drops = new Map<DropReason, number>();
  readonly reports: unknown[] = [];
  readonly #turn: Turn;
  #deferred: (() => void)[] = [];
  #epoch = 0;

  constructor({ log, ringBudgetBytes, commitBacklogBytes, node = "nod_00000000000001" }: WorldOptions) {
    const report = (error: unknown): void => void this.reports.push(error);
    this.#turn = new Turn({ defer: (task) => this.#deferred.push(task), report });
    this.relay = new LogRelay({
      nodeId: asId<NodeId>(node),
      log,
      turn: this.#turn,
      drops: { count: this.count },
      nowMs: () => this.clock.nowMs(),
      report,
      ...(ringBudgetBytes === undefined ? {} : { ringBudgetBytes }),
      ...(commitBacklogBytes === undefined ? {} : { commitBacklogBytes }),
    });
  }

  readonly count = (reason: DropReason, frames: number): void => {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + frames);
  };

  agent(): WorldAgent {
    this.#epoch += 1;
    return new WorldAgent(this.relay, this.#epoch);
  }

  /** An agent that has been assigned these containers and knows it. */
  async followed(...containers: readonly number[]): Promise<WorldAgent> {
    const agent = this.agent();
    await agent.assign(...containers);
    agent.hear();
    return agent;
  }

  viewer(): WorldViewer {
    return new WorldViewer(this.relay, { turn: this.#turn, count: this.count });
  }

  /** Ends the event-loop turn: what was collected is written. */
  endTurn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const task of deferred) task();
  }

  /** Time passes, and what depends on it happens. */
  pass(ms: number): void {
    this.clock.advance(ms);
    this.relay.tick(this.clock.nowMs());
  }

  /** Ends turns, and lets viewers read, until `isDone`. */
  async until(isDone: () => boolean, readers: readonly WorldViewer[] = []): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error("What the test waits for did not happen.");
      this.endTurn();
      for (const reader of readers) reader.read();
      await nextTurn();
    }
  }
}
