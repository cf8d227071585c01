import type { ContainerId } from "@yardarm/protocol/ids";
import type { LogBatch } from "@yardarm/protocol/log/batch";
import { ndjsonLine } from "@yardarm/protocol/log/ndjson";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { decodeFrame } from "./log-frame.ts";

/** How viewers' messages become the bytes of their transport; the gateway implements it. */
export interface ViewerTransport {
  /** One text message. */
  text(json: string): Uint8Array;
  /** Several binary messages, in one piece of bytes. */
  binary(frames: readonly Uint8Array[]): Uint8Array;
}

export type LogEncoding = "binary" | "json";

/**
 * Neighbouring frames of one container, on their way to its viewers. Its bytes are built once per encoding, however many
 * viewers there are.
 */
export class LogChunk {
  readonly containerId: ContainerId;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly #frames: readonly Uint8Array[];
  #binary: Uint8Array | undefined;
  #json: Uint8Array | undefined;

  /** @param options.frames uncompressed, ascending, without a hole */
  constructor(options: {
    readonly containerId: ContainerId;
    readonly firstSeq: number;
    readonly endSeq: number;
    readonly frames: readonly Uint8Array[];
  }) {
    this.containerId = options.containerId;
    this.firstSeq = options.firstSeq;
    this.endSeq = options.endSeq;
    this.#frames = options.frames;
  }

  /** @throws ProtocolError `malformed_frame` when lines must be decoded (`json`) and cannot be */
  encode(encoding: LogEncoding, transport: ViewerTransport): Uint8Array {
    if (encoding === "binary") {
      this.#binary ??= transport.binary(this.#frames);
      return this.#binary;
    }
    this.#json ??= transport.text(this.#logsMessage());
    return this.#json;
  }

  /** A `logs` message; its lines are NDJSON lines already, so the text is put together by hand. */
  #logsMessage(): string {
    const lines: string[] = [];
    for (const frame of this.#frames) {
      const batch = decodeFrame(frame);
      for (let index = 0; index < batch.lineCount; index++) lines.push(publicLine(batch, index));
    }
    return `{"type":"logs","containerId":${JSON.stringify(this.containerId)},"lines":[${lines.join(",")}]}`;
  }
}

/** A loss record that its agent wrote wrongly is still a loss. */
const publicLine = (batch: LogBatch, index: number): string => {
  try {
    return ndjsonLine(batch, index);
  } catch {
    const ts = rfc3339FromNs(batch.tsNs(index));
    return JSON.stringify({
      seq: batch.firstSeq + index,
      loss: { reason: "source_error", fromTs: ts, toTs: ts, lines: null },
    });
  }
};
