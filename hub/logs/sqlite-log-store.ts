import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { LogCommit, RangeQuery } from "../relay/committed-log.ts";
import { type CommitOutcome, GroupCommit } from "./group-commit.ts";
import type { LogStore, TailQuery } from "./log-store.ts";
import { packedBytes, writePacks } from "./pack.ts";
import type { PackedBatches, PackedCommit } from "./sqlite-messages.ts";
import { ThreadClient } from "./thread-client.ts";

export interface SqliteLogStoreOptions {
  /** Where the org's folders are, e.g. `<data>/logs`; made on the first commit. */
  readonly directory: string;
  readonly nowMs: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
}

/** Log store on SQLite: one file per org and day of arrival, written by one thread and read by another. */
export class SqliteLogStore implements LogStore {
  readonly #nowMs: () => number;
  readonly #writer: ThreadClient;
  readonly #reader: ThreadClient;
  readonly #group: GroupCommit;

  constructor({ directory, nowMs, after }: SqliteLogStoreOptions) {
    this.#nowMs = nowMs;
    this.#writer = new ThreadClient({ directory });
    this.#reader = new ThreadClient({ directory });
    this.#group = new GroupCommit({ write: (group) => this.#write(group), after });
  }

  append(commit: LogCommit): Promise<void> {
    return this.#group.add(commit);
  }

  async cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    const texts = await this.#reader.call({ kind: "cursors", orgId, containerIds });
    return new Map([...texts].map(([containerId, text]) => [containerId, JSON.parse(text) as LogCursor]));
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

  async close(): Promise<void> {
    await this.#group.flush();
    await Promise.all([this.#writer.close(), this.#reader.close()]);
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

const unpacked = ({ bytes, spans }: PackedBatches): readonly Uint8Array[] =>
  spans.map(([start, end]) => bytes.subarray(start, end));
