import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { LogRequest } from "../docker/container-logs.ts";
import { describeFault, type MessageParser } from "../docker/log-message.ts";
import { createMessageParser } from "../docker/message-parser.ts";
import type { RawStream } from "../docker/raw-stream.ts";
import type { LogEnd, LogRead, LogSource, MessageReader, OpenLog } from "./log-source.ts";
import { StampParser } from "./parse-stamp.ts";

/** The engine, as far as this source needs it. */
export interface LogEngine {
  /** MUST reject with a `ProtocolError`; its bytes are framed unless the container has a TTY. */
  openLogs(request: LogRequest): Promise<RawStream>;
}

/** Reads a container's log through the engine's `/logs`. */
export class ApiSource implements LogSource {
  readonly kind = "api";
  readonly followsRotation = false;
  readonly #engine: LogEngine;

  constructor(engine: LogEngine) {
    this.#engine = engine;
  }

  open(read: LogRead, reader: MessageReader): OpenLog {
    return new ApiReading(this.#engine, read, reader);
  }
}

const SPACE_BYTES = 1;

class ApiReading implements OpenLog {
  // fixed
  readonly #reader: MessageReader;
  readonly #tty: boolean;
  readonly #parser: MessageParser;
  readonly #stamps = new StampParser();
  readonly #opening = new AbortController();
  // state
  #stream: RawStream | undefined;
  #isPaused = false;
  #isOver = false;

  constructor(engine: LogEngine, read: LogRead, reader: MessageReader) {
    this.#reader = reader;
    this.#tty = read.container.tty;
    this.#parser = createMessageParser({ tty: read.container.tty, sink: this });
    void this.#open(engine, read);
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#stream?.resume();
  }

  /** The engine ends the stream itself. */
  containerStopped(): void {}

  position(): null {
    return null;
  }

  close(): void {
    this.#isOver = true;
    this.#opening.abort();
    this.#stream?.close();
  }

  /** From the parser: `bytes` hold the stamp, a space and the text. */
  message(stream: 0 | 1, bytes: Buffer, start: number, end: number): void {
    if (this.#isOver) return;
    const stamps = this.#stamps;
    const stampEnd = stamps.parse(bytes, start, end);
    if (stampEnd === -1) this.#end({ kind: "faulty", reason: describeFault({ kind: "missing_stamp" }) });
    else this.#reader.message(stream, stamps.seconds, stamps.nanos, bytes, Math.min(stampEnd + SPACE_BYTES, end), end);
  }

  /** From the parser. */
  daemonError(text: string): void {
    this.#end({ kind: "faulty", reason: text });
  }

  async #open(engine: LogEngine, { container, from, extent }: LogRead): Promise<void> {
    try {
      const stream = await engine.openLogs({
        dockerId: container.dockerId,
        follow: extent === "follow",
        sinceNs: from.kind === "since" ? from.tsNs : undefined,
        tailMessages: from.kind === "tail" ? from.messages : undefined,
        signal: this.#opening.signal,
      });
      if (this.#isOver) {
        stream.close();
        return;
      }
      this.#stream = stream;
      if (this.#isPaused) stream.pause();
      stream.read({ bytes: (chunk) => this.#take(chunk), ended: (error) => this.#streamEnded(error) });
    } catch (error) {
      this.#end(endOf(toProtocolError(error)));
    }
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    const fault = this.#parser.feed(chunk);
    if (this.#isOver) return;
    this.#reader.readEnd();
    if (fault !== null) this.#end({ kind: "faulty", reason: describeFault(fault) });
  }

  #streamEnded(error: ProtocolError | null): void {
    if (this.#isOver) return;
    if (error !== null) {
      this.#end(endOf(error));
      return;
    }
    if (!this.#tty && this.#parser.pendingBytes > 0) {
      const text = "The engine ended a log in the middle of a message.";
      this.#end({ kind: "broken", error: new ProtocolError("engine_unreachable", text) });
      return;
    }
    // A TTY's last words have no end of their own. Should the engine have died instead, the reader reads them again.
    this.#parser.end();
    this.#end({ kind: "complete" });
  }

  #end(end: LogEnd): void {
    if (this.#isOver) return;
    this.close();
    this.#reader.ended(end);
  }
}

const endOf = (error: ProtocolError): LogEnd => {
  switch (error.code) {
    case "not_found":
      return { kind: "gone" };
    case "log_unreadable":
      return { kind: "unreadable", reason: error.message };
    case "engine_error":
      return { kind: "faulty", reason: error.message };
    default:
      return { kind: "broken", error };
  }
};
