import { type ClientDown, clientDownSchema } from "@yardarm/protocol/client-down/down";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { DropReason } from "@yardarm/protocol/log/drop-reason";
import { expect } from "vitest";
import type { Turn } from "../viewer/turn.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { Viewer as RelayViewer } from "../viewer/viewer.ts";
import type { ViewerTransport } from "./log-chunk.ts";
import { decodeFrame } from "./log-frame.ts";
import type { LogRelay, LogRequest } from "./log-relay.ts";
import { containerIdOf, lineText, ORG } from "./world-agent.contract.ts";

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

  constructor(
    relay: LogRelay,
    options: { readonly turn: Turn; readonly count: (reason: DropReason, frames: number) => void },
  ) {
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
