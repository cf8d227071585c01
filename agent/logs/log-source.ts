/**
 * The seam between a container's log and whoever numbers its lines. Sources: `api-source.ts` (the engine's `/logs`);
 * every implementation passes `log-source.contract.ts`.
 */
import type { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import type { FileCursorHint } from "@yardarm/protocol/log/cursor";
import type { StreamNumber } from "@yardarm/protocol/log/line-flags";

/** What a source has to know of a container. */
export type LogContainer = {
  readonly dockerId: DockerId;
  readonly tty: boolean;
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
  /** The json-file driver's file on the engine's host. */
  readonly logPath: string | null;
};

export type ReadFrom =
  | { readonly kind: "beginning" }
  /** Messages stamped `tsNs` or later; older ones MAY come too, in front. `hint` MAY save the search. */
  | { readonly kind: "since"; readonly tsNs: bigint; readonly hint?: FileCursorHint }
  /** The last so many messages; 0 = only what comes from now on. */
  | { readonly kind: "tail"; readonly messages: number };

export type LogRead = {
  readonly container: LogContainer;
  readonly from: ReadFrom;
  /** `stored`: what is there now, then the end. `follow`: that, and what is written until the container stops. */
  readonly extent: "stored" | "follow";
};

/**
 * How a reading ended by itself.
 * - `complete`: everything was delivered, as far as the source can tell.
 * - `broken`: the connection or the file failed; reading again may help.
 * - `faulty`: the engine, in its own words, cannot read on at this place.
 * - `unreadable`: this container's log can never be read; `reason` is for people.
 * - `gone`: there is no such container any more.
 */
export type LogEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "broken"; readonly error: ProtocolError }
  | { readonly kind: "faulty"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "gone" };

export interface MessageReader {
  /**
   * One message of at most one line, in the source's own order, without its stamp; `\n` at its end unless it is a
   * fragment. The bytes MUST be used or copied before this returns. Positional because it runs once per message.
   */
  message(
    stream: StreamNumber,
    tsSeconds: number,
    tsNanos: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** All messages of one read have been delivered; more will come, or `ended`. */
  readEnd(): void;
  /** Called once, never after `close()`; nothing follows. */
  ended(end: LogEnd): void;
}

/** A reading under way. Nothing is delivered before `open` has returned. */
export interface OpenLog {
  /** Stops reading soon: what is under way may still be delivered, at most one read. */
  pause(): void;
  resume(): void;
  /** Ends the reading at once: nothing is delivered afterwards. May be called repeatedly. */
  close(): void;
}

export interface LogSource {
  readonly kind: "api" | "file";
  /**
   * True when a `follow` delivers every message exactly once through rotations. Otherwise it may repeat and skip there,
   * and the reader has to verify by reading what is stored (`stored` always delivers what there is, once).
   */
  readonly followsRotation: boolean;
  open(read: LogRead, reader: MessageReader): OpenLog;
}
