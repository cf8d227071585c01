import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, parseFramePrefix } from "@yardarm/protocol/log/frame";
import { FLAG_CONTINUATION, FLAG_LOSS } from "@yardarm/protocol/log/line-flags";
import { decodeUtf8 } from "@yardarm/protocol/log/utf8";
import { SHAPE_TEXT, shapeOf } from "./line-shape.ts";
import type { FromLogWorker, LogColumns, LogQuery, ToLogWorker } from "./log-messages.ts";
import { excludeMatchers, type LineSearch, matchLines } from "./match-lines.ts";
import { type CompileRegex, matcherOf, NEVER } from "./pattern.ts";

/** What the log worker does with each message; knows nothing of workers, so that tests run it as it is. */
export class LogDecoding {
  #search: LineSearch | null = null;
  #regex: CompileRegex | null = null;

  /** True when the message can only be received after `useRegex`. */
  needsRegex(message: ToLogWorker): boolean {
    return message.type === "query" && message.query?.isRegex === true && this.#regex === null;
  }

  useRegex(regex: CompileRegex): void {
    this.#regex = regex;
  }

  /** `null` when the message needs no answer. */
  receive(message: ToLogWorker): FromLogWorker | null {
    switch (message.type) {
      case "frame":
        return this.#decode(message.frame);
      case "mark":
        return message;
      case "query":
        return this.#ask(message.query);
      case "scan": {
        const matches = this.#search === null ? null : matchLines(message.lines, this.#search);
        return { type: "scanned", firstSeq: message.lines.firstSeq, matches };
      }
    }
  }

  #ask(query: LogQuery | null): FromLogWorker | null {
    if (query === null) {
      this.#search = null;
      return null;
    }
    const excluded = excludeMatchers(query.excludes);
    try {
      this.#search = { queryId: query.id, found: matcherOf(query, this.#regex), excluded };
      return null;
    } catch (error) {
      this.#search = { queryId: query.id, found: NEVER, excluded };
      return { type: "refused", queryId: query.id, message: error instanceof Error ? error.message : String(error) };
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
    return { type: "lines", lines, matches: this.#search === null ? null : matchLines(lines, this.#search) };
  }
}

const unreadable = (message: string): FromLogWorker => ({ type: "malformed", message });

/** A decoded batch as columns of its own. */
const columnsOf = (batch: LogBatch): LogColumns => {
  const originalBytes: [number, number][] = [];
  const shapes = new Uint8Array(batch.lineCount);
  for (let index = 0; index < batch.lineCount; index++) {
    if (batch.isTruncated(index)) originalBytes.push([index, batch.originalLength(index)]);
    const isPlain = ((batch.flags[index] ?? 0) & (FLAG_LOSS | FLAG_CONTINUATION)) !== 0;
    shapes[index] = isPlain ? SHAPE_TEXT : shapeOf(batch.lineBytes(index), decodeUtf8);
  }
  return {
    firstSeq: batch.firstSeq,
    count: batch.lineCount,
    flags: batch.flags,
    offsets: batch.textOffsets,
    stampsNs: batch.stampsNs,
    text: batch.text,
    originalBytes,
    shapes,
  };
};

/** The buffers of an answer, which are handed over instead of copied. */
export const buffersOf = (answer: FromLogWorker): ArrayBuffer[] => {
  switch (answer.type) {
    case "lines": {
      const { flags, offsets, stampsNs, text, shapes } = answer.lines;
      const matched = answer.matches === null ? [] : [answer.matches.matched];
      return distinct([flags, offsets, stampsNs, text, shapes, ...matched]);
    }
    case "scanned":
      return answer.matches === null ? [] : distinct([answer.matches.matched]);
    case "mark":
    case "malformed":
    case "refused":
      return [];
  }
};

/** `flags` and `text` are two views of the frame's one buffer, which can be handed over once only. */
const distinct = (views: readonly ArrayBufferView[]): ArrayBuffer[] => [
  ...new Set(views.map((view) => view.buffer).filter((buffer) => buffer instanceof ArrayBuffer)),
];
