import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, parseFramePrefix } from "@yardarm/protocol/log/frame";
import type { FromLogWorker, LogColumns, LogQuery, ToLogWorker } from "./log-messages.ts";
import { matchLines } from "./match-lines.ts";

/** What the log worker does with each message; knows nothing of workers, so that tests run it as it is. */
export class LogDecoding {
  #query: LogQuery | null = null;

  /** `null` when the message needs no answer. */
  receive(message: ToLogWorker): FromLogWorker | null {
    switch (message.type) {
      case "frame":
        return this.#decode(message.frame);
      case "mark":
        return message;
      case "query":
        this.#query = message.query;
        return null;
      case "scan": {
        const matches = this.#query === null ? null : matchLines(message.lines, this.#query);
        return { type: "scanned", firstSeq: message.lines.firstSeq, matches };
      }
    }
  }

  #decode(frame: ArrayBuffer): FromLogWorker {
    let lines: LogColumns;
    try {
      const bytes = new Uint8Array(frame);
      if (parseFramePrefix(bytes).kind !== FRAME_LOG_BATCH) return unreadable("The frame holds no log lines.");
      lines = columnsOf(decodeBatch(bytes, { offset: FRAME_PREFIX_BYTES }));
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : "The frame cannot be read.");
    }
    return { type: "lines", lines, matches: this.#query === null ? null : matchLines(lines, this.#query) };
  }
}

const unreadable = (message: string): FromLogWorker => ({ type: "malformed", message });

const columnsOf = (batch: LogBatch): LogColumns => {
  const originalBytes: [number, number][] = [];
  for (let index = 0; index < batch.lineCount; index++) {
    if (batch.isTruncated(index)) originalBytes.push([index, batch.originalLength(index)]);
  }
  return {
    firstSeq: batch.firstSeq,
    count: batch.lineCount,
    flags: batch.flags,
    offsets: batch.textOffsets,
    stampsNs: batch.stampsNs,
    text: batch.text,
    originalBytes,
  };
};

/** The buffers of an answer, which are handed over instead of copied. */
export const buffersOf = (answer: FromLogWorker): ArrayBuffer[] => {
  switch (answer.type) {
    case "lines": {
      const { flags, offsets, stampsNs, text } = answer.lines;
      return distinct([flags, offsets, stampsNs, text, ...(answer.matches === null ? [] : [answer.matches.matched])]);
    }
    case "scanned":
      return answer.matches === null ? [] : distinct([answer.matches.matched]);
    case "mark":
    case "malformed":
      return [];
  }
};

/** `flags` and `text` are two views of the frame's one buffer, which can be handed over once only. */
const distinct = (views: readonly ArrayBufferView[]): ArrayBuffer[] => [
  ...new Set(views.map((view) => view.buffer).filter((buffer) => buffer instanceof ArrayBuffer)),
];
