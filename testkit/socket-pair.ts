/** The shape of a message socket: whole messages, in order, or an end. */
export interface MessageSocket {
  /** Queues a message. On a closed socket it is silently lost, as on a real one. */
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  readonly isOpen: boolean;
  /** One listener; set it before anything is delivered. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  onClose(listener: (code: number, reason: string) => void): void;
}

const NO_STATUS = 1005;
const LOST = 1006;

type Queued =
  | { readonly kind: "message"; readonly data: string | Uint8Array; leftBytes: number }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/**
 * What is under way in one direction. Nothing moves until the test says so, and the order never changes: this is a
 * network seen through a socket, which can be late or cut but does not shuffle.
 */
export class Lane {
  readonly #arrive: (queued: Queued) => void;
  #queue: Queued[] = [];
  #delivers: "by hand" | "at once" = "by hand";

  constructor(arrive: (queued: Queued) => void) {
    this.#arrive = arrive;
  }

  /** Messages under way, not counting a close. */
  get pending(): number {
    return this.#queue.filter(({ kind }) => kind === "message").length;
  }

  get pendingBytes(): number {
    return this.#queue.reduce((sum, queued) => sum + (queued.kind === "message" ? queued.leftBytes : 0), 0);
  }

  /** What is under way, oldest first, to look at. */
  peek(): readonly (string | Uint8Array)[] {
    return this.#queue.flatMap((queued) => (queued.kind === "message" ? [queued.data] : []));
  }

  push(queued: Queued): void {
    this.#queue.push(queued);
    if (this.#delivers === "at once") queueMicrotask(() => this.#delivers === "at once" && this.deliverAll());
  }

  /** Delivers the oldest message, or the close if that is next. Returns false when nothing is under way. */
  deliverOne(): boolean {
    const next = this.#queue.shift();
    if (next === undefined) return false;
    this.#arrive(next);
    return true;
  }

  /** Delivers until nothing is under way, what listeners send meanwhile in this direction included. */
  deliverAll(): number {
    let delivered = 0;
    while (this.deliverOne()) delivered++;
    return delivered;
  }

  /** So many bytes leave the sender; a message arrives when its last byte has. Part of a message arrives never. */
  transmit(bytes: number): void {
    let left = bytes;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.kind === "message") {
        const moved = Math.min(left, next.leftBytes);
        next.leftBytes -= moved;
        left -= moved;
        if (next.leftBytes > 0) return;
      }
      this.deliverOne();
    }
  }

  /** From now on everything is delivered by itself, in the turn it was sent; what is under way at once. */
  flow(): void {
    this.#delivers = "at once";
    this.deliverAll();
  }

  /** From now on nothing moves: the sender's `bufferedAmount` grows. */
  stall(): void {
    this.#delivers = "by hand";
  }

  drop(): void {
    this.#queue = [];
  }
}

class PairedSocket implements MessageSocket {
  readonly #outgoing: () => Lane;
  #state: "open" | "closing" | "closed" = "open";
  #onMessage: (data: string | Uint8Array) => void = () => {};
  #onClose: (code: number, reason: string) => void = () => {};

  constructor(outgoing: () => Lane) {
    this.#outgoing = outgoing;
  }

  get bufferedAmount(): number {
    return this.#outgoing().pendingBytes;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  send(data: string | Uint8Array): void {
    if (this.#state !== "open") return;
    // Copied: a sender may use its buffer again as soon as `send` has returned.
    const copy = typeof data === "string" ? data : Uint8Array.from(data);
    const leftBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    this.#outgoing().push({ kind: "message", data: copy, leftBytes });
  }

  close(code = NO_STATUS, reason = ""): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#outgoing().push({ kind: "close", code, reason });
  }

  onMessage(listener: (data: string | Uint8Array) => void): void {
    this.#onMessage = listener;
  }

  onClose(listener: (code: number, reason: string) => void): void {
    this.#onClose = listener;
  }

  /** What the other side sent has arrived. A close is answered, and both sides end with the same code. */
  receive(queued: Queued): void {
    if (this.#state === "closed") return;
    if (queued.kind === "message") {
      // A socket that has said close still hears what was under way.
      this.#onMessage(queued.data);
      return;
    }
    if (this.#state === "open") this.#outgoing().push(queued);
    this.end(queued.code, queued.reason);
  }

  end(code: number, reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#onClose(code, reason);
  }
}

export interface SocketPair {
  readonly left: MessageSocket;
  readonly right: MessageSocket;
  /** What `left` has sent and `right` has not heard. */
  readonly toRight: Lane;
  readonly toLeft: Lane;
  /** The connection is lost: what is under way with it; both sides end with 1006. */
  cut(): void;
  /** Delivers in both directions until nothing is under way. */
  deliverAll(): void;
  /** Delivers everything by itself from now on. */
  flow(): void;
}

/** Two connected message sockets in memory, whose delivery the test controls. */
export const createSocketPair = (): SocketPair => {
  const left: PairedSocket = new PairedSocket(() => toRight);
  const right: PairedSocket = new PairedSocket(() => toLeft);
  const toRight: Lane = new Lane((queued) => right.receive(queued));
  const toLeft: Lane = new Lane((queued) => left.receive(queued));
  return {
    left,
    right,
    toRight,
    toLeft,
    cut() {
      toRight.drop();
      toLeft.drop();
      left.end(LOST, "");
      right.end(LOST, "");
    },
    deliverAll() {
      while (toRight.pending + toLeft.pending > 0 || toRight.deliverOne() || toLeft.deliverOne()) {
        toRight.deliverAll();
        toLeft.deliverAll();
      }
    },
    flow() {
      toRight.flow();
      toLeft.flow();
    },
  };
};
