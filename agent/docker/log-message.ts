/** What both kinds of log stream are cut into: messages of the engine, each at most one line, each with its stamp. */

/** Docker's stream bytes 1 and 2, counted from 0 as everywhere else in the agent. */
export const STDOUT = 0;
export const STDERR = 1;
export type LogStreamNumber = typeof STDOUT | typeof STDERR;

/** The daemon cuts longer lines into fragments of exactly this many bytes; all of a line's fragments but the last lack `\n`. */
export const FRAGMENT_BYTES = 16_384;

export interface MessageSink {
  /**
   * One whole message: the stamp, a space, the text, and `\n` unless it is a fragment or the last word of a container.
   * `bytes[start..end)` belongs to the parser: it MUST be copied or used up before the call returns.
   */
  message(stream: LogStreamNumber, bytes: Buffer, start: number, end: number): void;
  /** The engine's own complaint, sent in the middle of an answer (stream 3): show it as a gap and reopen. */
  daemonError(text: string): void;
}

/** Why a parser stopped for good. The stream must be closed and reopened at the cursor; its bytes are never text. */
export type ParserFault =
  | { readonly kind: "unknown_stream"; readonly streamByte: number }
  | { readonly kind: "oversized_message"; readonly messageBytes: number }
  | { readonly kind: "missing_stamp" };

export interface MessageParser {
  /** Takes the next bytes of the stream. Once it has returned a fault, it takes nothing more and repeats the fault. */
  feed(chunk: Buffer): ParserFault | null;
  /** Bytes of an unfinished message; above zero at the end of a stream, the engine was cut off in the middle of it. */
  readonly pendingBytes: number;
  /**
   * The container has stopped and its stream is complete: what a TTY left without a newline is delivered now. Not to
   * be called when a connection broke, because the rest of the message then comes again.
   */
  end(): void;
}

/** A sentence for the gap row and the agent's own log. */
export const describeFault = (fault: ParserFault): string => {
  switch (fault.kind) {
    case "unknown_stream":
      return `the log stream carries an unknown stream number (${fault.streamByte})`;
    case "oversized_message":
      return `the log stream announces an absurd message of ${fault.messageBytes} bytes`;
    case "missing_stamp":
      return "the log stream carries text where a timestamp belongs";
  }
};
