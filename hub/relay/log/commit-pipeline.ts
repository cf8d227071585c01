import { toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { CommitBacklog } from "./commit-backlog.ts";
import type { CommittedLog, LogCommit } from "./committed-log.ts";
import type { LogEntry } from "./log-entry.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

export interface CommitPipelineOptions {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly log: CommittedLog;
  readonly backlog: CommitBacklog;
  readonly nowMs: () => number;
  /** Everything below `cursor.nextSeq` is committed; `bytes` of frames are no longer outstanding. */
  readonly committed: (cursor: LogCursor, bytes: number) => void;
  /** The store's log does not end where it should: somebody else numbers this container. `bytes` of frames are given up. */
  readonly conflicted: (bytes: number) => void;
  /** An attempt failed and will be repeated by `tick`. */
  readonly failed: (error: unknown) => void;
}

interface InFlight {
  readonly commit: LogCommit;
  readonly bytes: number;
  /** Set while a failed attempt waits for its repetition. */
  retryAtMs: number | null;
}

interface Batches {
  readonly batches: Uint8Array[];
  bytes: number;
}

const none = (): Batches => ({ batches: [], bytes: 0 });

/**
 * From frames to commits, for one container. Frames wait for the cursor that covers them; what is covered is committed
 * with one transaction in flight at a time, and whatever is covered meanwhile goes together into the next. Its memory is
 * bounded by the agent's window: nothing is acknowledged before it is committed.
 */
export class CommitPipeline {
  readonly #options: CommitPipelineOptions;
  /** Where the store's log ends when everything covered is committed. */
  #coveredSeq: number;
  #uncovered = none();
  #covered: (Batches & { readonly firstSeq: number; cursor: LogCursor }) | null = null;
  #inFlight: InFlight | null = null;
  #retryMs = FIRST_RETRY_MS;
  #waiters: (() => void)[] = [];

  constructor(options: CommitPipelineOptions, startSeq: number) {
    this.#options = options;
    this.#coveredSeq = startSeq;
  }

  /** Nothing is covered and not yet committed. */
  get isIdle(): boolean {
    return this.#covered === null && this.#inFlight === null;
  }

  get needsRetry(): boolean {
    return this.#inFlight?.retryAtMs != null;
  }

  add(entry: LogEntry): void {
    const { receivedBatch } = entry;
    this.#uncovered.batches.push(receivedBatch);
    this.#uncovered.bytes += receivedBatch.length;
    this.#options.backlog.change(receivedBatch.length);
  }

  /** Everything added so far is covered by `cursor`. */
  cover(cursor: LogCursor): void {
    const fresh = this.#uncovered;
    this.#uncovered = none();
    if (this.#covered === null) {
      this.#covered = { ...fresh, firstSeq: this.#coveredSeq, cursor };
    } else {
      this.#covered.batches.push(...fresh.batches);
      this.#covered.bytes += fresh.bytes;
      this.#covered.cursor = cursor;
    }
    this.#coveredSeq = cursor.nextSeq;
    this.#next();
  }

  /** Forgets frames that no cursor covers; returns their bytes. */
  discardUncovered(): number {
    const { bytes } = this.#uncovered;
    this.#uncovered = none();
    this.#options.backlog.change(-bytes);
    return bytes;
  }

  /** Resolves when everything covered is committed, or given up because of a conflict. */
  async settled(): Promise<void> {
    while (!this.isIdle) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Starts again at `startSeq`, after a conflict. Only while idle. */
  restart(startSeq: number): void {
    this.#coveredSeq = startSeq;
  }

  tick(nowMs: number): void {
    const inFlight = this.#inFlight;
    if (inFlight?.retryAtMs == null || nowMs < inFlight.retryAtMs) return;
    inFlight.retryAtMs = null;
    void this.#attempt(inFlight);
  }

  #next(): void {
    const covered = this.#covered;
    if (this.#inFlight !== null || covered === null) return;
    this.#covered = null;
    const { orgId, containerId } = this.#options;
    const { firstSeq, batches, cursor, bytes } = covered;
    this.#inFlight = { commit: { orgId, containerId, firstSeq, batches, cursor }, bytes, retryAtMs: null };
    void this.#attempt(this.#inFlight);
  }

  async #attempt(inFlight: InFlight): Promise<void> {
    try {
      await this.#options.log.append(inFlight.commit);
    } catch (error) {
      if (toProtocolError(error).code === "conflict") {
        this.#giveUp(inFlight.bytes);
      } else {
        inFlight.retryAtMs = this.#options.nowMs() + this.#retryMs;
        this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
        this.#options.failed(error);
      }
      return;
    }
    this.#retryMs = FIRST_RETRY_MS;
    this.#inFlight = null;
    this.#options.backlog.change(-inFlight.bytes);
    this.#options.committed(inFlight.commit.cursor, inFlight.bytes);
    this.#next();
    this.#wake();
  }

  #giveUp(inFlightBytes: number): void {
    const covered = inFlightBytes + (this.#covered?.bytes ?? 0);
    this.#options.backlog.change(-covered);
    const bytes = covered + this.discardUncovered();
    this.#inFlight = null;
    this.#covered = null;
    this.#options.conflicted(bytes);
    this.#wake();
  }

  #wake(): void {
    if (!this.isIdle) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}
