/** What the rest of the agent knows of an engine. `docker-engine.ts` implements it; tests may stand in a smaller one. */
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerDetails, ContainerSummary } from "./container-details.ts";
import type { ContainerEvent } from "./container-events.ts";
import type { LogRequest } from "./container-logs.ts";
import type { ContainerStats } from "./container-stats.ts";
import type { EngineIdentity } from "./engine-identity.ts";
import type { RawStream } from "./raw-stream.ts";

export type CallOptions = { readonly signal?: AbortSignal | undefined };

/** A call that may take as long as a container takes to stop. */
export type ActOptions = CallOptions & {
  /** Until the answer; at least the grace in force plus a margin, or a slow stop looks like a lost one. */
  readonly timeoutMs: number;
};

export type StopOptions = ActOptions & {
  /** Sent only when a user chose it; otherwise the container's own grace holds. Negative = wait for ever. */
  readonly graceSeconds?: number | undefined;
};

/** `already`: the container was in the asked state before (the engine's 304), which is success too. */
export type ActResult = "done" | "already";

/**
 * Every call rejects with a `ProtocolError`: `engine_unreachable`, `engine_permission`, `engine_too_old`,
 * `engine_error`, `not_found`, `conflict`; `openLogs` also with `log_unreadable`. A call whose `signal` was aborted
 * rejects with the signal's reason. None of them retries, except reads that met a kept connection the engine had closed.
 */
export interface Engine {
  /** Asks who is there and negotiates the API version anew; needed again after the engine came back. */
  handshake(options?: CallOptions): Promise<EngineIdentity>;

  /** All containers, running or not. */
  listContainers(options?: CallOptions): Promise<readonly ContainerSummary[]>;
  inspectContainer(dockerId: DockerId, options?: CallOptions): Promise<ContainerDetails>;

  /**
   * Subscribes to container events. The promise resolves when the engine has answered; events from `sinceNs` on (by the
   * engine's clock, `EngineIdentity.answeredAtNs`) are replayed first, so that nothing falls between a list and it.
   * The iteration ends when the engine ends the stream, and throws when the connection breaks. Leaving it unsubscribes.
   */
  openEvents(sinceNs: bigint, options?: CallOptions): Promise<AsyncIterable<ContainerEvent>>;

  /** Opens the log. The bytes are framed unless the container has a TTY: see `createMessageParser`. */
  openLogs(request: LogRequest): Promise<RawStream>;

  /** One sample; `null` when the container does not run. May take two seconds on engines before 23.0.8. */
  readStats(dockerId: DockerId, options: CallOptions & { readonly timeoutMs: number }): Promise<ContainerStats | null>;

  startContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult>;
  stopContainer(dockerId: DockerId, options: StopOptions): Promise<ActResult>;
  restartContainer(dockerId: DockerId, options: StopOptions): Promise<ActResult>;
  pauseContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult>;
  unpauseContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult>;
  killContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult>;

  /** Closes kept connections. Streams end by their own `close` or signal. */
  close(): void;
}
