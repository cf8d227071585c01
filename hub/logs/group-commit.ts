import { ProtocolError } from "@yardarm/protocol/errors";
import { ACK_INTERVAL_MS } from "@yardarm/protocol/limits";
import type { LogCommit } from "../relay/log/committed-log.ts";
import { conflict, spansOf } from "./commit-check.ts";

/** What waits at most this long, or is this large, is written in one transaction. */
const GROUP_MS = ACK_INTERVAL_MS;
const GROUP_BYTES = 1024 * 1024;

/** What became of each commit of a group, in its order. */
export type CommitOutcome = "committed" | "conflict";

export interface GroupCommitOptions {
  /** Writes a group durably; rejects when nothing of it, or nobody knows what of it, was written. */
  readonly write: (group: readonly LogCommit[]) => Promise<readonly CommitOutcome[]>;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
}

interface Waiting {
  readonly commit: LogCommit;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Collects commits and has them written together, one group at a time. Its memory is bounded by what agents may send
 * without an acknowledgement: a container has one commit under way.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #committedBytes = 0;
  #isWriting = false;
  #isDue = false;
  #cancelTimer: (() => void) | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** True while a group is written and the next one is full already. */
  get isSaturated(): boolean {
    return this.#isWriting && this.#waitingBytes >= GROUP_BYTES;
  }

  /** Bytes of all batches that were committed. */
  get committedBytes(): number {
    return this.#committedBytes;
  }

  /** Resolves when the commit is durable; rejects as `CommittedLog.append` says. */
  async add(commit: LogCommit): Promise<void> {
    spansOf(commit);
    const bytes = commit.batches.reduce((sum, batch) => sum + batch.length, 0);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ commit, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#cancelTimer ??= this.#options.after(GROUP_MS, () => {
        this.#cancelTimer = null;
        this.#isDue = true;
        this.#next();
      });
      this.#next();
    });
  }

  /** Writes what waits, without waiting for its time; resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.#isWriting || this.#waiting.length > 0) {
      this.#isDue = true;
      const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
      this.#next();
      await idle;
    }
  }

  #next(): void {
    if (this.#isWriting || this.#waiting.length === 0) return;
    if (!this.#isDue && this.#waitingBytes < GROUP_BYTES) return;
    const group = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#isDue = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#isWriting = true;
    void this.#write(group).finally(() => {
      this.#isWriting = false;
      const waiters = this.#whenIdle;
      this.#whenIdle = [];
      for (const waiter of waiters) waiter();
      this.#next();
    });
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#options.write(group.map(({ commit }) => commit));
      for (const [index, { bytes, resolve, reject }] of group.entries()) {
        if (outcomes[index] === "committed") {
          this.#committedBytes += bytes;
          resolve();
        } else {
          reject(conflict());
        }
      }
    } catch (cause) {
      const error = new ProtocolError("storage_unavailable", "The log store did not take a commit.", { cause });
      for (const { reject } of group) reject(error);
    }
  }
}
