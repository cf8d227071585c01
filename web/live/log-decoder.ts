import type { FromLogWorker, LogColumns, LogMatches, LogQuery, LogText, ToLogWorker } from "../workers/log-messages.ts";

/** The page's side of a log worker: frames in, lines out, and marks that keep other messages in their place between them. */

export type LogDecoderEvents = {
  readonly onLines: (lines: LogColumns, matches: LogMatches | null) => void;
  /** A frame that cannot be read; its lines stay missing. */
  readonly onMalformed: (message: string) => void;
  readonly onScanned: (firstSeq: number, matches: LogMatches | null) => void;
  /** The query's pattern is not valid; nothing matches it. */
  readonly onRefused: (queryId: number, message: string) => void;
  /** Nothing will be answered any more. */
  readonly onBroken: () => void;
};

/** Where messages go. Answers MUST come in the order of the messages, and none after `close`. */
export type LogDecoderPort = {
  readonly post: (message: ToLogWorker, transfer: ArrayBuffer[]) => void;
  readonly close: () => void;
};

export type OpenLogDecoderPort = (onAnswer: (answer: FromLogWorker) => void, onBroken: () => void) => LogDecoderPort;

export class LogDecoder {
  readonly #port: LogDecoderPort;
  readonly #events: LogDecoderEvents;
  readonly #marks = new Map<number, () => void>();
  #lastMark = 0;

  constructor(open: OpenLogDecoderPort, events: LogDecoderEvents) {
    this.#events = events;
    this.#port = open((answer) => this.#receive(answer), events.onBroken);
  }

  /** Takes the frame's buffer over. */
  decode(frame: ArrayBuffer): void {
    this.#port.post({ type: "frame", frame }, [frame]);
  }

  /** Runs `then` once every frame given so far has been answered. */
  mark(then: () => void): void {
    this.#lastMark += 1;
    this.#marks.set(this.#lastMark, then);
    this.#port.post({ type: "mark", id: this.#lastMark }, []);
  }

  search(query: LogQuery | null): void {
    this.#port.post({ type: "query", query }, []);
  }

  /** Takes the arrays over. */
  scan(lines: LogText): void {
    const transfer = [lines.offsets.buffer, lines.text.buffer].filter((buffer) => buffer instanceof ArrayBuffer);
    this.#port.post({ type: "scan", lines }, transfer);
  }

  close(): void {
    this.#marks.clear();
    this.#port.close();
  }

  #receive(answer: FromLogWorker): void {
    switch (answer.type) {
      case "lines":
        this.#events.onLines(answer.lines, answer.matches);
        return;
      case "malformed":
        this.#events.onMalformed(answer.message);
        return;
      case "scanned":
        this.#events.onScanned(answer.firstSeq, answer.matches);
        return;
      case "refused":
        this.#events.onRefused(answer.queryId, answer.message);
        return;
      case "mark": {
        const then = this.#marks.get(answer.id);
        this.#marks.delete(answer.id);
        then?.();
        return;
      }
    }
  }
}
