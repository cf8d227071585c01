import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ContainerId } from "@yardarm/protocol/ids";
import { VIEWER_QUEUE_BYTES } from "@yardarm/protocol/limits";
import type { ViewerTransport } from "../log/log-chunk.ts";
import type { DropCounter } from "./drop-counter.ts";
import { type QueuedLog, SendQueue } from "./send-queue.ts";
import type { Turn } from "./turn.ts";

/** What the relay needs of a viewer's socket; the gateway implements it and calls `drained` and `close`. */
export interface ViewerSocket {
  /** Handed over by `write` and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  /** Writes whole messages of the transport, in order, as one write. MUST NOT block, MUST NOT change them. */
  write(messages: readonly Uint8Array[]): void;
  /** Ends the connection; calls `Viewer.close` before it returns. */
  close(code: ErrorCode): void;
}

/** What may lie in the socket before the rest waits in the queue, where it can still be dropped. */
const SOCKET_BYTES = 1024 * 1024;
/** Backfill is read on when less than this is under way: it never makes the queue overflow. */
const ROOM_BYTES = VIEWER_QUEUE_BYTES / 4;

export interface ViewerOptions {
  readonly socket: ViewerSocket;
  readonly transport: ViewerTransport;
  readonly turn: Turn;
  readonly drops: DropCounter;
}

/** One interest of a viewer; it ends with it. */
export interface ViewerSubscription {
  end(): void;
}

/**
 * One client connection and what is on its way to it, in one order: messages, backfill and live frames. Over 4 MiB the
 * oldest live frames go and the viewer is told the range; then metrics go; a viewer that does not even take its messages
 * is closed as a slow consumer.
 */
export class Viewer {
  // fixed
  readonly #socket: ViewerSocket;
  readonly #transport: ViewerTransport;
  readonly #turn: Turn;
  readonly #drops: DropCounter;
  /** Kept by the log relay: at most one per container. */
  readonly subscriptions = new Map<ContainerId, ViewerSubscription>();
  // state
  readonly #queue = new SendQueue();
  #isFlushQueued = false;
  #isOpen = true;
  #waiting: (() => void)[] = [];

  constructor(options: ViewerOptions) {
    this.#socket = options.socket;
    this.#transport = options.transport;
    this.#turn = options.turn;
    this.#drops = options.drops;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get transport(): ViewerTransport {
    return this.#transport;
  }

  /** Bytes under way: queued here, and waiting in the socket. */
  get pendingBytes(): number {
    return this.#queue.bytes + this.#socket.bufferedBytes;
  }

  send(message: ClientDown): void {
    if (!this.#isOpen) return;
    const bytes = this.#transport.text(JSON.stringify(message));
    const isDroppable = message.type === "metrics";
    if (isDroppable && this.pendingBytes + bytes.length > VIEWER_QUEUE_BYTES / 2) {
      this.#drops.count("viewer_queue_full", 1, bytes.length);
      return;
    }
    this.#queue.pushMessage(bytes);
    this.#shed();
    if (this.pendingBytes > VIEWER_QUEUE_BYTES * 2) this.#socket.close("slow_consumer");
    else this.#queueFlush();
  }

  /** Log frames as they come; may be dropped. */
  sendLive(log: QueuedLog): void {
    if (!this.#isOpen) return;
    this.#queue.pushLive(log);
    this.#shed();
    this.#queueFlush();
  }

  /** Log frames that were asked for; never dropped, so the caller waits for `room` first. */
  sendBackfill(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    this.#queue.pushMessage(bytes);
    this.#queueFlush();
  }

  /** Resolves when more backfill may be sent, at once where possible; also when the viewer is gone. */
  async room(): Promise<void> {
    while (this.#isOpen && this.pendingBytes >= ROOM_BYTES) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The socket took everything that it was given. */
  drained(): void {
    this.#flush();
  }

  /** The connection is gone, or about to be. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { frames, bytes } = this.#queue.clear();
    if (frames > 0) this.#drops.count("viewer_gone", frames, bytes);
    for (const subscription of [...this.subscriptions.values()]) subscription.end();
    this.subscriptions.clear();
    this.#wake();
  }

  /** Writes what is queued now, whatever the socket holds: for a last message before the connection ends. */
  flushNow(): void {
    this.#write(Number.POSITIVE_INFINITY);
  }

  #shed(): void {
    const surplus = this.pendingBytes - VIEWER_QUEUE_BYTES;
    if (surplus <= 0) return;
    const { frames, bytes } = this.#queue.shed(surplus);
    if (frames > 0) this.#drops.count("viewer_queue_full", frames, bytes);
  }

  #queueFlush(): void {
    if (this.#isFlushQueued) return;
    this.#isFlushQueued = true;
    this.#turn.atEnd(() => {
      this.#isFlushQueued = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#write(SOCKET_BYTES - this.#socket.bufferedBytes);
    if (this.pendingBytes < ROOM_BYTES) this.#wake();
  }

  #write(maxBytes: number): void {
    if (!this.#isOpen || maxBytes <= 0) return;
    const messages = this.#queue.take(maxBytes, this.#transport);
    if (messages.length > 0) this.#socket.write(messages);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
