import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { LogCommit, RangeQuery } from "../../relay/log/committed-log.ts";
import { walkChunks } from "../chunk-walk.ts";
import { type CommitOutcome, GroupCommit } from "../group-commit.ts";
import type { ChunkQuery, ChunkRead } from "../log-chunk.ts";
import type { CompactionOptions, LogDamage, LogStore, TailQuery } from "../log-store.ts";
import { packedBytes, writePacks } from "../pack.ts";
import type { Eviction, LogsSinceMap, RetentionLimits } from "../retention.ts";
import { ThreadClient } from "../thread-client.ts";
import type { Damage, PackedBatches, PackedCommit } from "./sqlite-messages.ts";

export interface SqliteLogStoreOptions {
  /** Where the org's folders are, e.g. `<data>/logs`; made on the first commit. */
  readonly directory: string;
  readonly nowMs: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Told what cannot be read, whenever it is met. */
  readonly damaged?: (damage: LogDamage) => void;
}

/** Log store on SQLite: one file per org and day of arrival, written by one thread, read by others, compacted by yet another. */
export class SqliteLogStore implements LogStore {
  readonly #nowMs: () => number;
  readonly #damaged: (damage: LogDamage) => void;
  readonly #writer: ThreadClient;
  readonly #reader: ThreadClient;
  /** Searches read beside the relay: neither waits for the other. */
  readonly #chunkReader: ThreadClient;
  readonly #compactor: ThreadClient;
  readonly #group: GroupCommit;

  constructor({ directory, nowMs, after, damaged }: SqliteLogStoreOptions) {
    this.#nowMs = nowMs;
    this.#damaged = damaged ?? (() => {});
    const report = (damage: Damage): void => this.#damaged(describe(damage));
    this.#writer = new ThreadClient({ directory }, report);
    this.#reader = new ThreadClient({ directory }, report);
    this.#chunkReader = new ThreadClient({ directory, isBackground: true }, report);
    this.#compactor = new ThreadClient({ directory, isBackground: true }, report);
    this.#group = new GroupCommit({ write: (group) => this.#write(group), after });
  }

  get isSaturated(): boolean {
    return this.#group.isSaturated;
  }

  get committedBytes(): number {
    return this.#group.committedBytes;
  }

  append(commit: LogCommit): Promise<void> {
    return this.#group.add(commit);
  }

  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    return this.#reader.call({ kind: "cursors", orgId, containerIds });
  }

  async readRange(query: RangeQuery): Promise<readonly Uint8Array[]> {
    const { orgId, containerId, fromSeq, toSeq, maxBytes } = query;
    return unpacked(await this.#reader.call({ kind: "range", orgId, containerId, fromSeq, toSeq, maxBytes }));
  }

  async readTail(query: TailQuery): Promise<readonly Uint8Array[]> {
    const { orgId, containerId, lines, maxBytes } = query;
    return unpacked(await this.#reader.call({ kind: "tail", orgId, containerId, lines, maxBytes }));
  }

  firstSeq(orgId: OrgId, containerId: ContainerId): Promise<number | null> {
    return this.#reader.call({ kind: "firstSeq", orgId, containerId });
  }

  async since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<LogsSinceMap> {
    return this.#reader.call({ kind: "since", orgId, containerIds });
  }

  chunks(query: ChunkQuery): AsyncIterable<ChunkRead> {
    const reader = this.#chunkReader;
    return walkChunks(
      {
        listRows: (request) => reader.call({ kind: "listRows", ...request }),
        fetchBodies: (orgId, rows) => reader.call({ kind: "fetchBodies", orgId, rows }),
        damaged: (orgId, span) => this.#damaged(describe({ orgId, ...span })),
      },
      query,
    );
  }

  async compactNext({ everything = false }: CompactionOptions = {}): Promise<boolean> {
    const compaction = await this.#compactor.call({ kind: "prepare", everything });
    if (compaction === null) return false;
    const buffers = compaction.rows.map(({ body }) => body.buffer as ArrayBuffer);
    await this.#writer.call({ kind: "swap", compaction }, [...new Set(buffers)]);
    return true;
  }

  async evict(limits: RetentionLimits): Promise<Eviction> {
    const eviction = await this.#writer.call({ kind: "evict", nowMs: this.#nowMs(), limits });
    for (const orgId of new Set(eviction.days.map((removed) => removed.orgId))) {
      const days = eviction.days.filter((removed) => removed.orgId === orgId).map(({ day }) => day);
      await this.#forget(orgId, days);
    }
    return eviction;
  }

  async close(): Promise<void> {
    await this.#group.flush();
    // Only a connection that may write leaves one whole file behind: the writer's is the last.
    await Promise.all([this.#reader, this.#chunkReader, this.#compactor].map((thread) => thread.close()));
    await this.#writer.close();
  }

  async #forget(orgId: OrgId, days: readonly string[]): Promise<void> {
    await Promise.all([this.#reader, this.#chunkReader].map((thread) => thread.call({ kind: "forget", orgId, days })));
  }

  #write(group: readonly LogCommit[]): Promise<readonly CommitOutcome[]> {
    const bytes = new Uint8Array(group.reduce((sum, commit) => sum + packedBytes(commit), 0));
    let offset = 0;
    const commits = group.map((commit): PackedCommit => {
      const { orgId, containerId, firstSeq, cursor } = commit;
      const packs = writePacks(commit, bytes, offset);
      offset += packedBytes(commit);
      return { orgId, containerId, firstSeq, cursor: JSON.stringify(cursor), packs };
    });
    return this.#writer.call({ kind: "commit", nowMs: this.#nowMs(), commits, bytes }, [bytes.buffer]);
  }
}

const describe = (damage: Damage): LogDamage => {
  const { orgId, containerId } = damage;
  const what =
    "file" in damage
      ? `The log file ${damage.file} is damaged; what can be read of it stays readable.`
      : `Stored log lines ${damage.firstSeq} to ${damage.endSeq - 1} are damaged and cannot be read.`;
  return { orgId, containerId, what };
};

const unpacked = ({ bytes, spans }: PackedBatches): readonly Uint8Array[] =>
  spans.map(([start, end]) => bytes.subarray(start, end));
