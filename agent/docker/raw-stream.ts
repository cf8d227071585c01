/**
 * A long answer read straight from the socket. The request is HTTP/1.0, so the engine sends the body without chunked
 * encoding and ends it by closing: the reader gets the engine's own bytes, a third cheaper than through an HTTP parser.
 */
import type { Socket } from "node:net";
import { ProtocolError } from "@yardarm/protocol/errors";
import { connectedEvent, connectTo, type EngineEndpoint } from "./endpoint.ts";
import { connectionError, statusError, timeoutError } from "./engine-errors.ts";
import { type ResponseHead, ResponseHeadParser } from "./response-head.ts";

export type StreamReader = {
  /** The next bytes, exactly as they came. They may be kept: nothing overwrites them. */
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
    const socket = connectTo(endpoint);
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
    const received = (bytes: Buffer): void => {
      if (refusal !== undefined) {
        refusal.bytes += bytes.length;
        refusal.pieces.push(bytes);
        if (refusal.bytes > REFUSAL_BYTES) closedEarly();
        return;
      }
      const progress = parser.feed(bytes);
      switch (progress.state) {
        case "incomplete":
          return;
        case "malformed":
          fail(new ProtocolError("engine_error", `What answers is not an engine: ${progress.problem}.`));
          return;
        case "complete":
          if (progress.head.status !== 200) {
            refusal = { head: progress.head, pieces: [progress.rest], bytes: progress.rest.length };
            return;
          }
          if (progress.head.headers["transfer-encoding"] !== undefined) {
            const advice = "let it pass HTTP/1.0 requests unchanged";
            fail(new ProtocolError("engine_error", `A proxy before the engine re-encodes its streams: ${advice}.`));
            return;
          }
          leaveOpening();
          resolve(new SocketStream({ socket, endpoint, head: progress.head, rest: progress.rest, signal }));
      }
    };
    const leaveOpening = (): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off("data", received).off("end", closedEarly).off("close", closedEarly).off("error", broken);
      signal?.removeEventListener("abort", aborted);
    };

    signal?.addEventListener("abort", aborted);
    socket.on("data", received).on("end", closedEarly).on("close", closedEarly).on("error", broken);
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
  readonly headers: Readonly<Record<string, string>>;
  readonly #socket: Socket;
  readonly #endpoint: EngineEndpoint;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.close();
  #isClosed = false;
  #isPaused = false;
  #isRead = false;

  constructor(open: OpenSocket) {
    this.headers = open.head.headers;
    this.#socket = open.socket;
    this.#endpoint = open.endpoint;
    this.#signal = open.signal;
    // An error before a reader is there must not end the process; the reader meets it as the end.
    this.#socket.on("error", ignore);
    if (open.rest.length > 0) this.#socket.unshift(open.rest);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  read(reader: StreamReader): void {
    this.#isRead = true;
    let failure: Error | undefined;
    const finish = (): void => {
      if (this.#isClosed) return;
      this.close();
      reader.ended(failure === undefined ? null : connectionError(this.#endpoint, failure));
    };
    this.#socket.on("error", (error) => {
      failure = error;
    });
    this.#socket.on("end", finish).on("close", finish);
    this.#socket.on("data", (chunk: Buffer) => {
      if (!this.#isClosed) reader.bytes(chunk);
    });
    if (this.#socket.destroyed) queueMicrotask(finish);
    else if (!this.#isPaused) this.#socket.resume();
  }

  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of this.#socket) yield chunk;
    } catch (error) {
      if (this.#isClosed) return;
      throw connectionError(this.#endpoint, error);
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
    if (this.#isRead && !this.#isClosed) this.#socket.resume();
  }

  close(): void {
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#socket.destroy();
  }
}
