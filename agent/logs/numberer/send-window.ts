import { AGENT_WINDOW_BYTES } from "@yardarm/protocol/limits";

/** Kept free for containers that have nothing under way, so that floods never hold up a quiet one. */
const RESERVE_SHARE = 1 / 8;

type UnderWay = { readonly endSeq: number; readonly bytes: number };

/** One container's frames that were sent and not acknowledged. */
export class WindowShare {
  readonly #window: SendWindow;
  #frames: UnderWay[] = [];
  #bytes = 0;

  constructor(window: SendWindow) {
    this.#window = window;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True while more may be read for this container. */
  get isOpen(): boolean {
    return this.#window.isOpenFor(this.#bytes);
  }

  /** A frame was sent whose lines end before `endSeq`. */
  sent(endSeq: number, bytes: number): void {
    this.#frames.push({ endSeq, bytes });
    this.#change(bytes);
  }

  /** Everything below `nextSeq` is committed. */
  acknowledged(nextSeq: number): void {
    const done = this.#frames.findIndex(({ endSeq }) => endSeq > nextSeq);
    const acknowledged = this.#frames.splice(0, done === -1 ? this.#frames.length : done);
    this.#change(-acknowledged.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /** Nothing is under way any more: the connection or the numbering began anew. */
  clear(): void {
    this.#frames = [];
    this.#change(-this.#bytes);
  }

  #change(byBytes: number): void {
    const before = this.#bytes;
    this.#bytes += byBytes;
    this.#window.changed(before, this.#bytes);
  }
}

/**
 * What all containers of this host together may have sent without an acknowledgement. Overflow policy: whoever has
 * used up its fair share stops reading its source until the hub has committed; nothing is dropped.
 */
export class SendWindow {
  readonly #limitBytes: number;
  readonly #sharedBytes: number;
  readonly #onShared: () => void;
  #bytes = 0;
  #active = 0;

  /** `onShared` is called when all but the reserve is used up: whoever has something under way MUST stop reading now. */
  constructor(limitBytes: number = AGENT_WINDOW_BYTES, onShared: () => void = () => {}) {
    this.#limitBytes = limitBytes;
    this.#sharedBytes = limitBytes * (1 - RESERVE_SHARE);
    this.#onShared = onShared;
  }

  /** All bytes under way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True when a container with `ownBytes` under way may read on. */
  isOpenFor(ownBytes: number): boolean {
    if (ownBytes === 0) return this.#bytes < this.#limitBytes;
    return this.#bytes < this.#sharedBytes && ownBytes < this.#sharedBytes / Math.max(1, this.#active);
  }

  /** From a share: its bytes under way went from `before` to `after`. */
  changed(before: number, after: number): void {
    const wasShared = this.#bytes >= this.#sharedBytes;
    this.#bytes += after - before;
    if (before === 0 && after > 0) this.#active++;
    if (before > 0 && after === 0) this.#active--;
    if (!wasShared && this.#bytes >= this.#sharedBytes) this.#onShared();
  }
}
