import type { BatchHeader } from "@yardarm/protocol/log/batch-header";
import { CODEC_NONE } from "@yardarm/protocol/log/batch-header";
import { batchOf, ownBytes, unpackFrame } from "./log-frame.ts";

/** What an entry costs beside its bytes: the objects around them. */
const OVERHEAD_BYTES = 256;

/** One frame of a container in the hub's memory. */
export class LogEntry {
  readonly firstSeq: number;
  readonly endSeq: number;
  /** As it came, until it is committed and an uncompressed copy takes its place. */
  #received: Uint8Array;
  #plain: Uint8Array | null;
  #unpacking: Promise<Uint8Array> | null = null;
  /** What its ring counts for it; the ring alone changes it. */
  accountedBytes = 0;

  constructor(frame: Uint8Array, header: BatchHeader) {
    this.firstSeq = header.firstSeq;
    this.endSeq = header.firstSeq + header.lineCount;
    this.#received = ownBytes(frame);
    this.#plain = header.codec === CODEC_NONE ? this.#received : null;
  }

  get lineCount(): number {
    return this.endSeq - this.firstSeq;
  }

  get bytes(): number {
    const copy = this.#plain === null || this.#plain === this.#received ? 0 : this.#plain.length;
    return this.#received.length + copy + OVERHEAD_BYTES;
  }

  /** The batch as the agent sent it: what the store gets. */
  get receivedBatch(): Uint8Array {
    return batchOf(this.#received);
  }

  /** The uncompressed frame, when it is at hand. */
  get plain(): Uint8Array | null {
    return this.#plain;
  }

  /** The uncompressed frame; decompressed once, however many ask. @throws ProtocolError `malformed_frame` */
  unpack(): Promise<Uint8Array> {
    this.#unpacking ??= unpackFrame(this.#received).then((plain) => {
      this.#plain = plain;
      return plain;
    });
    return this.#unpacking;
  }

  /** Nobody needs the compressed form any more. */
  markCommitted(): void {
    if (this.#plain !== null) this.#received = this.#plain;
  }
}
