import type { ClientError } from "@yardarm/protocol/client-down/error";
import type { LogCommitted } from "@yardarm/protocol/client-down/log-committed";
import type { LogFetched } from "@yardarm/protocol/client-down/log-fetched";
import type { LogSubscribed } from "@yardarm/protocol/client-down/log-subscribed";
import type { Skipped } from "@yardarm/protocol/client-down/skipped";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import type { ContainerId } from "@yardarm/protocol/ids";

/** Who reads which log on the one socket: subscriptions, and frames routed to them by alias. */

/** Where reading begins. Asked anew for each connection, so that a resumed view continues where it stood. */
export type LogStart =
  | { readonly tail: number }
  | {
      readonly sinceSeq: number;
      /** Whose numbers the lines held have, and up to where they are known to be committed (LOG-9). */
      readonly epoch?: string;
      readonly committedSeq?: number;
    };

export type LogHandlers = {
  readonly start: () => LogStart;
  readonly onSubscribed: (answer: LogSubscribed) => void;
  /** A whole binary frame (kind, alias, batch). The receiver owns the buffer and may transfer it to a worker. */
  readonly onFrame: (frame: ArrayBuffer) => void;
  readonly onSkipped: (range: Skipped) => void;
  readonly onFetched: (answer: LogFetched) => void;
  /** Lines below `seq` are committed for good. */
  readonly onCommitted?: (seq: number) => void;
  /** The hub refused the subscription or a fetch; `refused` says which. */
  readonly onError: (error: ClientError) => void;
};

export type LogSubscription = {
  /** Asks for stored lines `fromSeq` to `toSeq` (exclusive); they arrive as frames, then `onFetched`. */
  readonly fetch: (fromSeq: number, toSeq: number) => void;
  readonly end: () => void;
};

type Reader = {
  handlers: LogHandlers | null;
  alias: number | null;
  /** Subscriptions said on this connection that were not answered yet: only the last answer counts. */
  unanswered: number;
};

/** Bytes before a frame's batch: u8 kind, u32 LE alias. */
const ALIAS_OFFSET = 1;
const HEAD_BYTES = 5;

export class LogSubscriptions {
  readonly #send: (message: ClientUp) => void;
  readonly #readers = new Map<ContainerId, Reader>();
  readonly #byAlias = new Map<number, Reader>();

  constructor(send: (message: ClientUp) => void) {
    this.#send = send;
  }

  /**
   * Reads a container's log. One reader per container and page.
   * @throws Error when this page reads it already
   */
  subscribe(containerId: ContainerId, handlers: LogHandlers, isOpen: boolean): LogSubscription {
    const reader = this.#readers.get(containerId) ?? { handlers: null, alias: null, unanswered: 0 };
    if (reader.handlers !== null) throw new Error(`The log of ${containerId} is being read already.`);
    reader.handlers = handlers;
    this.#readers.set(containerId, reader);
    if (isOpen) this.#ask(containerId, reader);
    return {
      fetch: (fromSeq, toSeq) => this.#send({ type: "log.fetch", containerId, fromSeq, toSeq }),
      end: () => {
        if (reader.handlers !== handlers) return;
        reader.handlers = null;
        this.#forgetAlias(reader);
        if (reader.unanswered === 0) this.#readers.delete(containerId);
        this.#send({ type: "log.unsubscribe", containerId });
      },
    };
  }

  /** A new connection has opened: nothing that was asked on the old one will be answered. */
  resubscribe(): void {
    this.#byAlias.clear();
    for (const [containerId, reader] of [...this.#readers]) {
      reader.alias = null;
      reader.unanswered = 0;
      if (reader.handlers === null) this.#readers.delete(containerId);
      else this.#ask(containerId, reader);
    }
  }

  onSubscribed(answer: LogSubscribed): void {
    const reader = this.#answered(answer.containerId);
    if (reader === null) return;
    reader.alias = answer.alias;
    this.#byAlias.set(answer.alias, reader);
    reader.handlers?.onSubscribed(answer);
  }

  onSkipped(range: Skipped): void {
    this.#current(range.containerId)?.onSkipped(range);
  }

  onFetched(answer: LogFetched): void {
    this.#current(answer.containerId)?.onFetched(answer);
  }

  onCommitted({ containerId, seq }: LogCommitted): void {
    this.#current(containerId)?.onCommitted?.(seq);
  }

  onError(error: ClientError): void {
    if (error.containerId === null) return;
    if (error.refused === "log.subscribe") this.#answered(error.containerId)?.handlers?.onError(error);
    else this.#current(error.containerId)?.onError(error);
  }

  onFrame(frame: ArrayBuffer): void {
    if (frame.byteLength < HEAD_BYTES) return;
    const alias = new DataView(frame).getUint32(ALIAS_OFFSET, true);
    this.#byAlias.get(alias)?.handlers?.onFrame(frame);
  }

  #ask(containerId: ContainerId, reader: Reader): void {
    if (reader.handlers === null) return;
    this.#forgetAlias(reader);
    reader.unanswered += 1;
    this.#send({ type: "log.subscribe", containerId, ...reader.handlers.start() });
  }

  /** The reader whose latest question this answers; `null` while a later one is still open. */
  #answered(containerId: ContainerId): Reader | null {
    const reader = this.#readers.get(containerId);
    if (reader === undefined) return null;
    reader.unanswered = Math.max(0, reader.unanswered - 1);
    if (reader.unanswered > 0) return null;
    if (reader.handlers !== null) return reader;
    this.#readers.delete(containerId);
    return null;
  }

  #current(containerId: ContainerId): LogHandlers | null {
    const reader = this.#readers.get(containerId);
    return reader === undefined || reader.unanswered > 0 ? null : reader.handlers;
  }

  #forgetAlias(reader: Reader): void {
    if (reader.alias !== null) this.#byAlias.delete(reader.alias);
    reader.alias = null;
  }
}
