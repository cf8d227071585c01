import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, DockerId, NodeId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { parseCursorPayload } from "@yardarm/protocol/log/cursor";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, parseFramePrefix } from "@yardarm/protocol/log/frame";
import type { ReportFailure } from "../../observability/report-failure.ts";
import type { AgentConnection } from "../agent-connection.ts";
import type { DropCounter } from "../viewer/drop-counter.ts";
import type { Turn } from "../viewer/turn.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { CommitBacklog } from "./commit-backlog.ts";
import type { CommittedLog } from "./committed-log.ts";
import type { LogEncoding } from "./log-chunk.ts";
import { LogStream } from "./log-stream.ts";
import { LogSubscription } from "./log-subscription.ts";
import { RingBudget } from "./ring-budget.ts";

/** The schema's own limit for one `log.assign`. */
const STREAMS_PER_ASSIGNMENT = 500;

export interface LogRelayOptions {
  /** Of this start of the node: two starts never have the same. */
  readonly nodeId: NodeId;
  readonly log: CommittedLog;
  readonly turn: Turn;
  readonly drops: DropCounter;
  readonly nowMs: () => number;
  /** Told of failures that no caller waits for. */
  readonly report: ReportFailure;
  readonly ringBudgetBytes?: number;
  readonly commitBacklogBytes?: number;
}

export interface FollowedContainer {
  readonly containerId: ContainerId;
  readonly dockerId: DockerId;
  /** `null` while the engine has it. */
  readonly removedAtNs: string | null;
}

export interface LogRequest {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  /** The last n lines; with neither this nor `sinceSeq` the default tail. */
  readonly tail?: number | undefined;
  readonly sinceSeq?: number | undefined;
  /** Of a client that comes back: whose numbers it holds, and up to where it knows them committed. */
  readonly epoch?: string | undefined;
  readonly committedSeq?: number | undefined;
  readonly encoding?: LogEncoding | undefined;
}

/** What one connection was given. */
interface Link {
  readonly aliases: Map<number, LogStream>;
  readonly containers: Map<ContainerId, number | null>;
  /** Removed ones: released once the end of their log is committed. */
  readonly retiring: Set<ContainerId>;
}

/** All log streams of this node: agents' frames come in, viewers' subscriptions go out, commits go to the store. */
export class LogRelay {
  // fixed
  readonly #options: LogRelayOptions;
  readonly #budget: RingBudget;
  readonly #backlog: CommitBacklog;
  // state
  readonly #streams = new Map<ContainerId, LogStream>();
  readonly #loading = new Map<ContainerId, Promise<LogStream>>();
  readonly #links = new Map<AgentConnection, Link>();
  #lastAlias = 0;
  #epochs = 0;

  constructor(options: LogRelayOptions) {
    this.#options = options;
    const { drops, ringBudgetBytes, commitBacklogBytes } = options;
    this.#backlog = new CommitBacklog(commitBacklogBytes);
    this.#budget = new RingBudget(ringBudgetBytes === undefined ? { drops } : { drops, budgetBytes: ringBudgetBytes });
  }

  /** Received and not yet committed, of all hosts. */
  get uncommittedBytes(): number {
    return this.#backlog.bytes;
  }

  get ringBytes(): number {
    return this.#budget.bytes;
  }

  // --- agents -------------------------------------------------------------------------------------------------------

  /**
   * Has the agent follow these containers: gives each an alias and sends `log.assign` with the committed cursors. Of removed ones
   * the agent can only say what is missing, and only where their log has no end yet.
   * Containers that this connection was given already are left out. Never rejects: a connection whose containers cannot
   * be assigned is closed with `storage_unavailable` and comes back.
   */
  async assign(connection: AgentConnection, containers: readonly FollowedContainer[]): Promise<void> {
    if (!connection.isOpen) return;
    const link = this.#linkOf(connection);
    const fresh = containers.filter(({ containerId }) => !link.containers.has(containerId));
    for (const { containerId } of fresh) link.containers.set(containerId, null);
    for (let from = 0; from < fresh.length; from += STREAMS_PER_ASSIGNMENT) {
      const page = fresh.slice(from, from + STREAMS_PER_ASSIGNMENT);
      const prepared = await this.#prepare(connection, page);
      if (!connection.isOpen || prepared === null) {
        for (const { stream } of prepared ?? []) stream.detach(connection);
        connection.close("storage_unavailable");
        return;
      }
      if (prepared.length === 0) continue;
      connection.send({
        type: "log.assign",
        streams: prepared.map(({ dockerId, stream }) => ({ dockerId, alias: stream.alias, cursor: stream.cursor })),
      });
      for (const { stream, isRemoved } of prepared) {
        link.aliases.set(stream.alias, stream);
        link.containers.set(stream.containerId, stream.alias);
        if (isRemoved) link.retiring.add(stream.containerId);
        stream.follow(connection);
      }
    }
  }

  /** The container is gone: what its agent still reads of it is taken, and its alias means nothing any more once the end is committed. */
  retire(connection: AgentConnection, containerId: ContainerId): void {
    const link = this.#links.get(connection);
    if (link?.containers.has(containerId) === true) link.retiring.add(containerId);
  }

  /** Nobody knows the container any more: its alias means nothing any more on this connection. */
  release(connection: AgentConnection, containerId: ContainerId): void {
    const link = this.#links.get(connection);
    const alias = link?.containers.get(containerId);
    if (link === undefined || alias === undefined || alias === null) return;
    link.aliases.get(alias)?.detach(connection);
    link.aliases.delete(alias);
    link.containers.delete(containerId);
    link.retiring.delete(containerId);
  }

  /**
   * Takes a binary frame of an agent.
   *
   * @throws ProtocolError `malformed_frame`, `unknown_alias` (not given to this very connection), `rate_limited` (window)
   */
  frame(connection: AgentConnection, frame: Uint8Array): void {
    const { kind, alias } = parseFramePrefix(frame);
    const stream = this.#links.get(connection)?.aliases.get(alias);
    if (stream === undefined)
      throw new ProtocolError("unknown_alias", "The frame names a stream that was not assigned.");
    if (kind === FRAME_LOG_BATCH) stream.append(connection, frame, readBatchHeader(frame, FRAME_PREFIX_BYTES));
    else stream.cover(connection, parseCursorPayload(frame.subarray(FRAME_PREFIX_BYTES)));
  }

  /** The connection ended; frames that no cursor covers will be sent again. */
  gone(connection: AgentConnection): void {
    const link = this.#links.get(connection);
    this.#links.delete(connection);
    for (const stream of link?.aliases.values() ?? []) stream.detach(connection);
  }

  // --- viewers ------------------------------------------------------------------------------------------------------

  /** Begins a subscription, in place of one that the viewer has for the same container. */
  subscribe(viewer: Viewer, request: LogRequest): void {
    if (!viewer.isOpen) return;
    const { containerId } = request;
    const { log, report } = this.#options;
    viewer.subscriptions.get(containerId)?.end();
    const subscription = new LogSubscription({
      ...{ containerId, viewer, log, report },
      encoding: request.encoding ?? "binary",
      tail: request.tail ?? null,
      sinceSeq: request.sinceSeq ?? null,
      held: request.epoch === undefined ? null : { epoch: request.epoch, committedSeq: request.committedSeq ?? 0 },
    });
    viewer.subscriptions.set(containerId, subscription);
    void subscription.open(this.#acquire(request.orgId, [containerId]).then(([stream]) => stream as LogStream));
  }

  unsubscribe(viewer: Viewer, containerId: ContainerId): void {
    viewer.subscriptions.get(containerId)?.end();
  }

  /** @throws ProtocolError `not_found` when the viewer is not subscribed to the container */
  fetch(viewer: Viewer, range: { containerId: ContainerId; fromSeq: number; toSeq: number }): void {
    const subscription = viewer.subscriptions.get(range.containerId);
    if (!(subscription instanceof LogSubscription)) {
      throw new ProtocolError("not_found", "Subscribe to the container's log before fetching from it.");
    }
    subscription.fetch(range);
  }

  // --- life cycle ---------------------------------------------------------------------------------------------------

  /** Acknowledgements, retries and graces happen only here. Call it every 100 to 250 ms. */
  tick(nowMs: number): void {
    for (const [containerId, stream] of this.#streams) {
      stream.tick(nowMs);
      if (stream.isIdle) this.#streams.delete(containerId);
    }
    for (const [connection, link] of this.#links) {
      connection.flushAcks(nowMs);
      for (const containerId of link.retiring) {
        if (this.#streams.get(containerId)?.cursor?.ended === true) this.release(connection, containerId);
      }
    }
  }

  /** Resolves when everything that agents' cursors covered so far is committed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((stream) => stream.settled()));
  }

  #linkOf(connection: AgentConnection): Link {
    let link = this.#links.get(connection);
    if (link === undefined) {
      link = { aliases: new Map(), containers: new Map(), retiring: new Set() };
      this.#links.set(connection, link);
    }
    return link;
  }

  /** `null` when the store does not answer. Left out are streams that a newer connection took meanwhile, and those that have ended for good. */
  async #prepare(connection: AgentConnection, page: readonly FollowedContainer[]) {
    let streams: readonly LogStream[] = [];
    try {
      streams = await this.#acquire(
        connection.orgId,
        page.map(({ containerId }) => containerId),
      );
      const isReady = await Promise.all(streams.map((stream) => stream.prepare(connection)));
      return page.flatMap(({ dockerId, removedAtNs }, index) => {
        const stream = streams[index];
        if (stream === undefined || !isReady[index]) return [];
        const isRemoved = removedAtNs !== null;
        if (!isRemoved || stream.cursor?.ended !== true) return [{ dockerId, stream, isRemoved }];
        stream.detach(connection);
        return [];
      });
    } catch (error) {
      this.#options.report(error);
      for (const stream of streams) stream.detach(connection);
      return null;
    } finally {
      for (const stream of streams) stream.release();
    }
  }

  /**
   * The containers' streams, in the same order, made where they do not exist; each retained once for the caller.
   *
   * @throws ProtocolError `not_found` for a container of another org
   */
  async #acquire(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<readonly LogStream[]> {
    for (;;) {
      const missing = containerIds.filter((id) => !this.#streams.has(id) && !this.#loading.has(id));
      if (missing.length > 0) this.#load(orgId, missing);
      await Promise.all(containerIds.flatMap((id) => this.#loading.get(id) ?? []));
      const streams = containerIds.flatMap((id) => this.#streams.get(id) ?? []);
      // One that was idle may have been dropped while others were loading.
      if (streams.length < containerIds.length) continue;
      if (streams.some((stream) => stream.orgId !== orgId)) {
        throw new ProtocolError("not_found", "There is no such container.");
      }
      for (const stream of streams) stream.retain();
      return streams;
    }
  }

  #load(orgId: OrgId, containerIds: readonly ContainerId[]): void {
    const { log, turn, drops, nowMs, report } = this.#options;
    const cursors = log.cursors(orgId, containerIds);
    for (const containerId of containerIds) {
      const loading = cursors
        .then((known) => {
          const stream = new LogStream({
            ...{ orgId, containerId, log, turn, drops, nowMs, report },
            alias: ++this.#lastAlias,
            cursor: known.get(containerId) ?? null,
            budget: this.#budget,
            backlog: this.#backlog,
            newEpoch: () => `${this.#options.nodeId}.${++this.#epochs}`,
          });
          this.#streams.set(containerId, stream);
          return stream;
        })
        .finally(() => this.#loading.delete(containerId));
      loading.catch(() => {}); // whoever waits for it is told
      this.#loading.set(containerId, loading);
    }
  }
}
