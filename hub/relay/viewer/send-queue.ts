import type { ContainerId } from "@yardarm/protocol/ids";
import type { ViewerTransport } from "../log/log-chunk.ts";

/** Where live frames belong to; frames of an ended subscription are not sent any more. */
export interface LogSource {
  readonly containerId: ContainerId;
  readonly isEnded: boolean;
}

/** Live frames of one subscription. */
export interface QueuedLog {
  readonly source: LogSource;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly bytes: Uint8Array;
}

interface SkippedItem {
  readonly kind: "skipped";
  readonly source: LogSource;
  readonly from: number;
  to: number;
}

type Item =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  | { readonly kind: "live"; readonly log: QueuedLog }
  /** Stands where the first of some live frames was that are not sent. */
  | SkippedItem;

interface Dropped {
  readonly frames: number;
  readonly bytes: number;
}

/** Emptied places after which the list is put together again. */
const MOST_HOLES = 256;

/**
 * What waits for one viewer, in order. Only live frames can be dropped, oldest first; one `skipped` message per gap takes
 * their place in the order, so that what follows is never taken for what follows on.
 */
export class SendQueue {
  /** `null`: a dropped frame that the range of an earlier one covers. */
  #items: (Item | null)[] = [];
  #bytes = 0;
  #holes = 0;
  /** Before this index there is nothing left to drop. */
  #shedFrom = 0;
  /** The newest skipped range of each source, while it waits. */
  readonly #gaps = new Map<LogSource, SkippedItem>();

  get bytes(): number {
    return this.#bytes;
  }

  pushMessage(bytes: Uint8Array): void {
    this.#items.push({ kind: "message", bytes });
    this.#bytes += bytes.length;
  }

  pushLive(log: QueuedLog): void {
    this.#items.push({ kind: "live", log });
    this.#bytes += log.bytes.length;
  }

  /** Drops live frames, oldest first, until `surplusBytes` are gone or none is left. */
  shed(surplusBytes: number): Dropped {
    let frames = 0;
    let bytes = 0;
    let index = this.#shedFrom;
    for (; index < this.#items.length && bytes < surplusBytes; index++) {
      const item = this.#items[index];
      if (item?.kind !== "live") continue;
      frames += 1;
      bytes += item.log.bytes.length;
      this.#items[index] = this.#gapFor(item.log);
      if (this.#items[index] === null) this.#holes += 1;
    }
    this.#shedFrom = index;
    this.#bytes -= bytes;
    if (this.#holes > MOST_HOLES && this.#holes * 2 > this.#items.length) this.#compact();
    return { frames, bytes };
  }

  /** Takes messages up to `maxBytes`, the last one whole. */
  take(maxBytes: number, transport: ViewerTransport): Uint8Array[] {
    const messages: Uint8Array[] = [];
    let bytes = 0;
    let index = 0;
    for (; index < this.#items.length && bytes < maxBytes; index++) {
      const message = this.#taken(this.#items[index] ?? null, transport);
      if (message === null) continue;
      messages.push(message);
      bytes += message.length;
    }
    this.#items = index === this.#items.length ? [] : this.#items.slice(index);
    this.#shedFrom = Math.max(0, this.#shedFrom - index);
    return messages;
  }

  /** Empties the queue; says how many live frames went. */
  clear(): Dropped {
    let frames = 0;
    let bytes = 0;
    for (const item of this.#items) {
      if (item?.kind !== "live") continue;
      frames += 1;
      bytes += item.log.bytes.length;
    }
    this.#items = [];
    this.#gaps.clear();
    this.#bytes = 0;
    this.#holes = 0;
    this.#shedFrom = 0;
    return { frames, bytes };
  }

  /** What stands in a dropped frame's place: a new gap, or nothing when the gap before it grows. */
  #gapFor({ source, firstSeq, endSeq }: QueuedLog): SkippedItem | null {
    const gap = this.#gaps.get(source);
    if (gap?.to === firstSeq) {
      gap.to = endSeq;
      return null;
    }
    const fresh: SkippedItem = { kind: "skipped", source, from: firstSeq, to: endSeq };
    this.#gaps.set(source, fresh);
    return fresh;
  }

  #taken(item: Item | null, transport: ViewerTransport): Uint8Array | null {
    if (item === null) {
      this.#holes -= 1;
      return null;
    }
    switch (item.kind) {
      case "message":
        this.#bytes -= item.bytes.length;
        return item.bytes;
      case "live":
        this.#bytes -= item.log.bytes.length;
        return item.log.source.isEnded ? null : item.log.bytes;
      case "skipped": {
        if (this.#gaps.get(item.source) === item) this.#gaps.delete(item.source);
        if (item.source.isEnded) return null;
        const { source, from, to } = item;
        return transport.text(JSON.stringify({ type: "skipped", containerId: source.containerId, from, to }));
      }
    }
  }

  #compact(): void {
    const before = this.#items.slice(0, this.#shedFrom).filter((item) => item !== null);
    this.#items = [...before, ...this.#items.slice(this.#shedFrom)];
    this.#shedFrom = before.length;
    this.#holes = 0;
  }
}
