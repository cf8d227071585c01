/**
 * A long answer read straight from the socket. The request is HTTP/1.0, so the engine sends the body without chunked
 * encoding and ends it by closing: the reader gets the engine's own bytes, a third cheaper than through an HTTP parser. All
 * streams are read into one buffer, which is used up before the next read: a flood makes no garbage.
 */
import type { Socket } from "node:net";
import { ProtocolError } from "@yardarm/protocol/errors";
import { connectedEvent, connectTo, type EngineEndpoint } from "./endpoint.ts";
import { connectionError, statusError, timeoutError } from "./engine-errors.ts";
import { REST_MS, ReadPace } from "./read-pace.ts";
import { type ResponseHead, ResponseHeadParser } from "./response-head.ts";

export type StreamReader = {
  /** The next bytes, exactly as they came. MUST use or copy them before it returns: their buffer is written again. */
  bytes(chunk: Buffer): void;
  /**
   * The stream is over; called once, never after `close()`. No error = the engine closed it. On a socket that is also
   * how an engine that died looks, so whoever needs to know inspects the container.
   */
  ended(error: ProtocolError | null): void;
};

/** An open stream. It is paused until `read` or `chunks` is called; exactly one of them, once. */
export interface RawStream {
  readonly headers: Readonly<Record<string, string>>;
  /** Delivers bytes by callback, until the end or `close()`. */
  read(reader: StreamReader): void;
  /** Delivers bytes on demand; leaving the loop closes the stream. Throws `ProtocolError` when the connection breaks. */
  chunks(): AsyncIterable<Buffer>;
  /** Stops reading from the socket: the engine's own log is the buffer. At most one read is still delivered. */
  pause(): void;
  resume(): void;
  /** Ends the stream at once; nothing is delivered afterwards. May be called at any time, repeatedly. */
  close(): void;
}

export type StreamRequest = {
  readonly path: string;
  /** Names the call in errors, as an infinitive: "read logs". */
  readonly what: string;
  /** Until the head of the answer; the body has no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

const REFUSAL_BYTES = 64 * 1024;
/** One for all streams: each uses it up before it lets go of the thread. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
const NO_BYTES = Buffer.alloc(0);

/**
 * Resolves once the engine has answered 200. Rejects with the `ProtocolError` of a refusal, of a connection that
 * broke or of no answer in time, or with the caller's abort reason. Afterwards `signal` closes the stream.
 */
export const openRawStream = (endpoint: EngineEndpoint, request: StreamRequest): Promise<RawStream> =>
  new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    let deliver = (bytes: Buffer): boolean => received(Buffer.from(bytes));
    const socket = connectTo(endpoint, {
      buffer: READ_BUFFER,
      callback: (length) => deliver(READ_BUFFER.subarray(0, length)),
    });
    const parser = new ResponseHeadParser();
    let refusal: { readonly head: ResponseHead; readonly pieces: Buffer[]; bytes: number } | undefined;

    const fail = (error: unknown): void => {
      leaveOpening();
      socket.on("error", ignore);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(timeoutError(endpoint, request.what, request.timeoutMs)), request.timeoutMs);
    const aborted = (): void => fail(signal?.reason);
    const broken = (error: Error): void => fail(connectionError(endpoint, error));
    const closedEarly = (): void => {
      if (refusal === undefined) fail(connectionError(endpoint, new Error("closed before it answered")));
      else fail(statusError(request.what, refusal.head.status, Buffer.concat(refusal.pieces)));
    };
    /** Whether more may come. */
    const received = (bytes: Buffer): boolean => {
      if (refusal !== undefined) {
        refusal.bytes += bytes.length;
        refusal.pieces.push(bytes);
        if (refusal.bytes > REFUSAL_BYTES) closedEarly();
        return true;
      }
      const progress = parser.feed(bytes);
      switch (progress.state) {
        case "incomplete":
          return true;
        case "malformed":
          fail(new ProtocolError("engine_error", `What answers is not an engine: ${progress.problem}.`));
          return false;
        case "complete": {
          if (progress.head.status !== 200) {
            refusal = { head: progress.head, pieces: [progress.rest], bytes: progress.rest.length };
            return true;
          }
          if (progress.head.headers["transfer-encoding"] !== undefined) {
            const advice = "let it pass HTTP/1.0 requests unchanged";
            fail(new ProtocolError("engine_error", `A proxy before the engine re-encodes its streams: ${advice}.`));
            return false;
          }
          leaveOpening();
          const stream = new SocketStream({ socket, endpoint, head: progress.head, rest: progress.rest, signal });
          deliver = (next) => stream.take(next);
          resolve(stream);
          return false;
        }
      }
    };
    const leaveOpening = (): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off("end", closedEarly).off("close", closedEarly).off("error", broken);
      signal?.removeEventListener("abort", aborted);
    };

    signal?.addEventListener("abort", aborted);
    // Without somebody who reads them, the end of an answer would not be told.
    socket.resume().on("end", closedEarly).on("close", closedEarly).on("error", broken);
    socket.once(connectedEvent(endpoint), () => {
      socket.write(`GET ${request.path} HTTP/1.0\r\nHost: docker\r\nUser-Agent: yardarm-agent\r\n\r\n`);
    });
  });

const ignore = (): void => {};

type OpenSocket = {
  readonly socket: Socket;
  readonly endpoint: EngineEndpoint;
  readonly head: ResponseHead;
  readonly rest: Buffer;
  readonly signal: AbortSignal | undefined;
};

class SocketStream implements RawStream {
  // fixed
  readonly headers: Readonly<Record<string, string>>;
  readonly #socket: Socket;
  readonly #endpoint: EngineEndpoint;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.close();
  // state
  #reader: StreamReader | null = null;
  /** What came together with the head. */
  #rest: Buffer;
  #failure: Error | null = null;
  #isClosed = false;
  #isPaused = false;
  #onClose = (): void => {};
  readonly #pace = new ReadPace();
  #resting: NodeJS.Timeout | undefined;

  constructor(open: OpenSocket) {
    this.headers = open.head.headers;
    this.#socket = open.socket;
    this.#endpoint = open.endpoint;
    this.#signal = open.signal;
    this.#rest = open.rest;
    // An error before a reader is there must not end the process; the reader meets it as the end.
    this.#socket.on("error", (error) => {
      if (this.#reader !== null) this.#failure = error;
    });
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** From the socket. Returns whether more may come. */
  take(bytes: Buffer): boolean {
    if (this.#isClosed) return false;
    this.#reader?.bytes(bytes);
    if (this.#isClosed || this.#isPaused) return false;
    // There is more already when the buffer is full.
    if (!this.#pace.takeRead(performance.now()) || bytes.length === READ_BUFFER.length) return true;
    this.#resting = setTimeout(() => {
      if (!this.#isClosed && !this.#isPaused) this.#socket.resume();
    }, REST_MS);
    return false;
  }

  read(reader: StreamReader): void {
    this.#reader = reader;
    const finish = (): void => this.#finish(reader);
    this.#socket.on("end", finish).on("close", finish);
    this.#flow(reader);
  }

  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    const waiting: Buffer[] = [];
    let end: { readonly error: ProtocolError | null } | null = null;
    let news = Promise.withResolvers<void>();
    this.read({
      bytes: (chunk) => {
        waiting.push(Buffer.from(chunk));
        this.pause();
        news.resolve();
      },
      ended: (error) => {
        end = { error };
        news.resolve();
      },
    });
    this.#onClose = () => news.resolve();
    try {
      for (;;) {
        for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) yield chunk;
        const { error } = end ?? { error: null };
        if (error !== null) throw error;
        if (end !== null || this.#isClosed) return;
        news = Promise.withResolvers();
        this.resume();
        await news.promise;
      }
    } finally {
      this.close();
    }
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#reader !== null && !this.#isClosed) this.#flow(this.#reader);
  }

  close(): void {
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#resting);
    this.#socket.destroy();
    this.#onClose();
  }

  /** Reads on, behind what came with the head. Nothing is delivered before the caller has returned. */
  #flow(reader: StreamReader): void {
    queueMicrotask(() => {
      if (this.#isClosed || this.#isPaused) return;
      const rest = this.#rest;
      this.#rest = NO_BYTES;
      if (rest.length > 0) reader.bytes(rest);
      if (this.#socket.destroyed) this.#finish(reader);
      else if (!this.#isClosed && !this.#isPaused) this.#socket.resume();
    });
  }

  #finish(reader: StreamReader): void {
    if (this.#isClosed) return;
    this.close();
    reader.ended(this.#failure === null ? null : connectionError(this.#endpoint, this.#failure));
  }
}
