import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { AGENT_WINDOW_BYTES } from "@yardarm/protocol/limits";
import type { BatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { AgentConnection } from "../agent-connection.ts";
import type { DropCounter } from "../viewer/drop-counter.ts";
import type { Turn } from "../viewer/turn.ts";
import type { CommitBacklog } from "./commit-backlog.ts";
import { CommitPipeline } from "./commit-pipeline.ts";
import type { CommittedLog } from "./committed-log.ts";
import { Epochs } from "./epochs.ts";
import { FanOut, type LogSubscriber } from "./fan-out.ts";
import { LogEntry } from "./log-entry.ts";
import { Ring } from "./ring.ts";
import type { RingBudget } from "./ring-budget.ts";
import { Watching } from "./watching.ts";

/** An agent that still sends frames which do not follow has not understood. */
const TELL_AGAIN_MS = 5_000;
/** How often viewers are told how far the log is committed. */
const COMMITTED_EVERY_MS = 5_000;
/** Honest agents stop at their window; columns and headers are the reason for the double. */
const WINDOW_TOLERANCE = 2;

export interface LogStreamOptions {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  /** The container's number on this node's wires, the same for its agent and for every viewer. */
  readonly alias: number;
  readonly cursor: LogCursor | null;
  readonly log: CommittedLog;
  readonly budget: RingBudget;
  readonly backlog: CommitBacklog;
  readonly turn: Turn;
  readonly drops: DropCounter;
  readonly nowMs: () => number;
  readonly newEpoch: () => string;
  readonly report: (error: unknown) => void;
}

/** Where the lines come from. */
type Upstream =
  | { readonly kind: "detached" }
  /** The committed cursor is being settled; the agent knows nothing of the stream yet. */
  | { readonly kind: "preparing"; readonly connection: AgentConnection }
  | { readonly kind: "following"; readonly connection: AgentConnection }
  /** A frame did not follow: everything is ignored until a batch starts at the seq that the agent was told. */
  | { readonly kind: "rewinding"; readonly connection: AgentConnection; readonly toldAtMs: number | null };

/**
 * One container's log on this node: one upstream, a ring, the commits, any number of viewers.
 *
 * Above 300 lines because it is one state machine: who sends, what is committed and who watches change each other. What
 * can be said alone is elsewhere (`commit-pipeline.ts`, `epochs.ts`, `fan-out.ts`, `ring.ts`, `watching.ts`).
 *
 * Seqs, ascending: the store's first line ≤ `ring.firstSeq` ≤ `committedSeq` ≤ `ring.endSeq`; everything below
 * `deliveredSeq` was handed to the viewers that are live, and that is where a backfill becomes live.
 */
export class LogStream {
  // fixed
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly alias: number;
  readonly ring: Ring;
  readonly #options: LogStreamOptions;
  readonly #commits: CommitPipeline;
  readonly #fanOut: FanOut;
  readonly #watching = new Watching((type) => this.#tell(type));
  readonly epochs: Epochs;
  // state
  #cursor: LogCursor | null;
  #upstream: Upstream = { kind: "detached" };
  #told = { committedSeq: 0, atMs: 0 };
  /** The store knows better than `#cursor`; it must be read again before the agent goes on. */
  #isStale = false;
  #holds = 0;

  constructor(options: LogStreamOptions) {
    const startSeq = options.cursor?.nextSeq ?? 0;
    this.#options = options;
    this.orgId = options.orgId;
    this.containerId = options.containerId;
    this.alias = options.alias;
    this.#cursor = options.cursor;
    this.ring = new Ring(options.budget, startSeq);
    this.epochs = new Epochs(options.newEpoch, startSeq);
    this.#fanOut = new FanOut({
      containerId: options.containerId,
      ring: this.ring,
      turn: options.turn,
      startSeq,
      unreadable: (entry, error) => this.#unreadable(entry, error),
      delivered: () => this.ring.settle(this.committedSeq, this.deliveredSeq),
    });
    const { orgId, containerId, log, backlog, nowMs, report } = options;
    this.#commits = new CommitPipeline(
      {
        ...{ orgId, containerId, log, backlog, nowMs },
        committed: (cursor, bytes) => this.#committed(cursor, bytes),
        conflicted: (bytes) => this.#conflicted(bytes),
        failed: report,
      },
      startSeq,
    );
  }

  get cursor(): LogCursor | null {
    return this.#cursor;
  }

  get committedSeq(): number {
    return this.#cursor?.nextSeq ?? 0;
  }

  get deliveredSeq(): number {
    return this.#fanOut.deliveredSeq;
  }

  /** Nobody needs this object: no agent, no viewer, nothing to commit. */
  get isIdle(): boolean {
    return (
      this.#holds === 0 &&
      this.#fanOut.size === 0 &&
      this.#upstream.kind === "detached" &&
      this.#commits.isIdle &&
      this.ring.endSeq === this.committedSeq
    );
  }

  /** Keeps the object alive while somebody is about to use it. */
  retain(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds -= 1;
  }

  // --- upstream -----------------------------------------------------------------------------------------------------

  /**
   * Settles the committed cursor for a new connection: what is covered gets committed, what no cursor covers is forgotten,
   * because the agent will send it again. False when a newer connection came meanwhile.
   */
  async prepare(connection: AgentConnection): Promise<boolean> {
    this.#upstream = { kind: "preparing", connection };
    this.#watching.forget();
    this.#commits.discardUncovered();
    await this.#commits.settled();
    if (this.#isStale) await this.#reload();
    if (this.#upstream.kind !== "preparing" || this.#upstream.connection !== connection) return false;
    this.#renumber();
    return true;
  }

  /** The agent was just sent the alias and the cursor. */
  follow(connection: AgentConnection): void {
    if (this.#upstream.kind !== "preparing" || this.#upstream.connection !== connection) return;
    this.#upstream = { kind: "following", connection };
    if (this.#fanOut.size > 0) this.#startWatch();
  }

  detach(connection: AgentConnection): void {
    if (this.#upstream.kind === "detached" || this.#upstream.connection !== connection) return;
    this.#upstream = { kind: "detached" };
    this.#watching.forget();
    this.#commits.discardUncovered();
    // Nothing will cover the rest any more. Who watches keeps seeing it until an agent numbers on.
    void this.#commits.settled().then(() => this.#tidy());
  }

  #tidy(): void {
    if (this.#upstream.kind === "detached" && this.#fanOut.size === 0 && this.#commits.isIdle) this.#renumber();
  }

  /** Takes a log batch. @throws ProtocolError `rate_limited` when the agent ignores its window */
  append(connection: AgentConnection, frame: Uint8Array, header: BatchHeader): void {
    const upstream = this.#upstream;
    if (!isFrom(upstream, connection)) {
      this.#options.drops.count("superseded", 1, frame.length);
      return;
    }
    const isUntold = upstream.kind === "rewinding" && upstream.toldAtMs === null;
    if (header.firstSeq !== this.ring.endSeq || isUntold) {
      this.#options.drops.count("rewind_pending", 1, frame.length);
      if (!isUntold) this.#rewind(connection);
      return;
    }
    if (this.#options.backlog.isFull) {
      this.#options.drops.count("commit_backlog", 1, frame.length);
      this.#rewind(connection);
      return;
    }
    if (upstream.kind === "rewinding") this.#upstream = { kind: "following", connection };
    const entry = new LogEntry(frame, header);
    connection.uncommittedBytes += entry.receivedBatch.length;
    if (connection.uncommittedBytes > AGENT_WINDOW_BYTES * WINDOW_TOLERANCE) {
      throw new ProtocolError("rate_limited", "The agent sent more than its window without an acknowledgement.");
    }
    this.ring.push(entry);
    this.#commits.add(entry);
    this.#fanOut.queue();
  }

  /** Takes a cursor: it covers everything that came before it. */
  cover(connection: AgentConnection, cursor: LogCursor): void {
    const upstream = this.#upstream;
    if (!isFrom(upstream, connection) || upstream.kind !== "following") return;
    if (cursor.nextSeq === this.ring.endSeq) this.#commits.cover(cursor);
    else this.#rewind(connection);
  }

  tick(nowMs: number): void {
    if (this.#commits.needsRetry) this.#commits.tick(nowMs);
    this.#watching.tick(nowMs);
    if (this.#fanOut.size === 0 || nowMs - this.#told.atMs < COMMITTED_EVERY_MS) return;
    if (this.#told.committedSeq === this.committedSeq) return;
    this.#told = { committedSeq: this.committedSeq, atMs: nowMs };
    this.#fanOut.committed(this.committedSeq);
  }

  /** Resolves when everything covered so far is committed. */
  settled(): Promise<void> {
    return this.#commits.settled();
  }

  // --- downstream ---------------------------------------------------------------------------------------------------

  add(subscriber: LogSubscriber): void {
    this.#fanOut.add(subscriber);
    this.#options.budget.watched(this.ring);
    this.#startWatch();
  }

  remove(subscriber: LogSubscriber): void {
    if (!this.#fanOut.remove(subscriber) || this.#fanOut.size > 0) return;
    this.#options.budget.watched(this.ring);
    this.#watching.endSoon(this.#options.nowMs());
    this.#fanOut.queue();
    this.#tidy();
  }

  #startWatch(): void {
    if (this.#upstream.kind === "following" || this.#upstream.kind === "rewinding") this.#watching.begin();
  }

  #tell(type: "log.stream.start" | "log.stream.stop"): void {
    const upstream = this.#upstream;
    if (upstream.kind === "following" || upstream.kind === "rewinding")
      upstream.connection.send({ type, alias: this.alias });
  }

  /** The agent sent bytes that nobody can open: it starts over. */
  #unreadable(entry: LogEntry, error: unknown): void {
    this.#options.report(error);
    this.#options.drops.count("malformed_frame", 1, entry.receivedBatch.length);
    if (this.#upstream.kind !== "detached") this.#upstream.connection.close("malformed_frame");
  }

  // --- commits ------------------------------------------------------------------------------------------------------

  #committed(cursor: LogCursor, bytes: number): void {
    this.#cursor = cursor;
    this.ring.settle(cursor.nextSeq, this.deliveredSeq);
    const upstream = this.#upstream;
    if (upstream.kind !== "following" && upstream.kind !== "rewinding") return;
    upstream.connection.uncommittedBytes -= bytes;
    upstream.connection.ack(this.alias, cursor.nextSeq, bytes);
  }

  #conflicted(bytes: number): void {
    this.#isStale = true;
    if (this.#upstream.kind === "detached") return;
    this.#upstream.connection.uncommittedBytes -= bytes;
    // The agent comes back, and is assigned what the store says then.
    this.#upstream.connection.close("storage_unavailable");
  }

  async #reload(): Promise<void> {
    const cursors = await this.#options.log.cursors(this.orgId, [this.containerId]);
    this.#isStale = false;
    this.#cursor = cursors.get(this.containerId) ?? null;
    this.#commits.restart(this.committedSeq);
    this.ring.restart(this.committedSeq);
    this.#beginEpoch();
  }

  #rewind(connection: AgentConnection): void {
    const before = this.#upstream;
    // What was under way when it was told is no reason to tell it again.
    const toldAtMs = before.kind === "rewinding" ? before.toldAtMs : null;
    if (toldAtMs !== null && this.#options.nowMs() - toldAtMs < TELL_AGAIN_MS) return;
    this.#upstream = { kind: "rewinding", connection, toldAtMs: null };
    connection.uncommittedBytes -= this.#commits.discardUncovered();
    void this.#commits.settled().then(() => {
      const upstream = this.#upstream;
      if (upstream.kind !== "rewinding" || upstream.toldAtMs !== null || upstream.connection !== connection) return;
      this.#renumber();
      this.#upstream = { kind: "rewinding", connection, toldAtMs: this.#options.nowMs() };
      connection.send({ type: "log.rewind", alias: this.alias, nextSeq: this.committedSeq, cursor: this.#cursor });
    });
  }

  /** Numbering goes on at the committed cursor. Lines beyond it were perhaps shown, and will perhaps be others. */
  #renumber(): void {
    if (this.ring.endSeq === this.committedSeq) return;
    this.ring.cutFrom(this.committedSeq);
    this.#beginEpoch();
  }

  #beginEpoch(): void {
    this.epochs.begin(this.committedSeq);
    this.#fanOut.restart(this.committedSeq);
  }
}

const isFrom = (
  upstream: Upstream,
  connection: AgentConnection,
): upstream is Extract<Upstream, { kind: "following" | "rewinding" }> =>
  (upstream.kind === "following" || upstream.kind === "rewinding") && upstream.connection === connection;
