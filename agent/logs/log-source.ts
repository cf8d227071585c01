/**
 * The seam between a container's log and whoever numbers its lines. Sources: `file/file-source.ts` (the json-file driver's
 * own files) and `api-source.ts` (the engine's `/logs`); both pass `log-source.contract.ts`.
 */
import type { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import type { FileCursorHint } from "@yardarm/protocol/log/cursor";
import type { StreamNumber } from "@yardarm/protocol/log/line-flags";
import type { LossReason } from "@yardarm/protocol/log/loss";

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
  /** Messages stamped `tsNs` or later; older ones MAY come too, in front. */
  | { readonly kind: "since"; readonly tsNs: bigint; readonly hint?: ReadHint }
  /** The last so many messages, more where they cannot be counted; 0 = only what comes from now on. */
  | { readonly kind: "tail"; readonly messages: number };

/**
 * Where a source stood when it had delivered a line. It MAY begin a little before it instead of at `tsNs`, when what is
 * there is older than that line; it MUST NOT trust it further.
 */
export type ReadHint = {
  readonly place: FileCursorHint;
  /** Stamp of the line. */
  readonly lastNs: bigint;
};

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
  /**
   * Here, between two messages, some are missing that the source cannot deliver: so many lines of the log, where that is
   * known.
   */
  missing(reason: Extract<LossReason, "rotated" | "source_error" | "truncated_source">, lines: number | null): void;
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
  /** The container has stopped: a follow delivers what is there, and ends. A source that knows by itself ignores it. */
  containerStopped(): void;
  /** Where it stands behind the last message that it has delivered whole; `null` where that would help nobody. */
  position(): FileCursorHint | null;
  /** Ends the reading at once: nothing is delivered afterwards. May be called repeatedly. */
  close(): void;
}

export interface LogSource {
  readonly kind: "api" | "file";
  /**
   * True when a `follow` delivers every message exactly once through rotations, or says what is missing. Otherwise it may
   * repeat and skip there, and the reader has to verify by reading what is stored (`stored` always delivers what there is,
   * once).
   */
  readonly followsRotation: boolean;
  open(read: LogRead, reader: MessageReader): OpenLog;
}

/** What reads a container at the moment, and, where a better source cannot, why (for people). */
export type LogSourceChoice = { readonly source: LogSource; readonly reason: string | null };

/** Asked before every reading: a log may change its source at any time. */
export interface LogSources {
  choose(container: LogContainer): LogSourceChoice;
}
