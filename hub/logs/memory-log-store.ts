import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { LogCommit, RangeQuery } from "../relay/log/committed-log.ts";
import { type ChunkRow, type RowBody, type RowsRequest, walkChunks } from "./chunk-walk.ts";
import { type BatchSpan, conflict, judgeCommit, spansOf } from "./commit-check.ts";
import type { ChunkQuery, ChunkRead } from "./log-chunk.ts";
import type { LogStore, TailQuery } from "./log-store.ts";
import { PACK_BATCH } from "./pack-codec.ts";
import type { Eviction, LogsSince, LogsSinceMap } from "./retention.ts";

interface StoredBatch extends BatchSpan {
  readonly bytes: Uint8Array;
}

interface StoredLog {
  cursor: LogCursor;
  readonly batches: StoredBatch[];
}

/** A log store that forgets with the process: for tests, and for measuring the relay without a disk. */
export class MemoryLogStore implements LogStore {
  readonly isSaturated = false;
  readonly committedBytes = 0;
  readonly #logs = new Map<string, StoredLog>();

  async append(commit: LogCommit): Promise<void> {
    const spans = spansOf(commit);
    const key = keyOf(commit);
    const log = this.#logs.get(key);
    const { firstSeq, cursor } = commit;
    const stored = log === undefined ? null : JSON.stringify(log.cursor);
    const verdict = judgeCommit(stored, { firstSeq, cursor: JSON.stringify(cursor) });
    if (verdict === "conflict") throw conflict();
    if (verdict === "stored") return;
    const batches = spans.map((span, index) => ({ ...span, bytes: Uint8Array.from(commit.batches[index] ?? []) }));
    if (log === undefined) {
      this.#logs.set(key, { cursor, batches });
    } else {
      log.cursor = cursor;
      log.batches.push(...batches);
    }
  }

  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    const found = new Map<ContainerId, LogCursor>();
    for (const containerId of containerIds) {
      const log = this.#logs.get(keyOf({ orgId, containerId }));
      if (log !== undefined) found.set(containerId, log.cursor);
    }
    return Promise.resolve(found);
  }

  readRange(query: RangeQuery): Promise<readonly Uint8Array[]> {
    const read: Uint8Array[] = [];
    let bytes = 0;
    for (const batch of this.#logs.get(keyOf(query))?.batches ?? []) {
      if (batch.endSeq <= query.fromSeq || batch.firstSeq >= query.toSeq) continue;
      if (read.length > 0 && bytes >= query.maxBytes) break;
      read.push(batch.bytes);
      bytes += batch.bytes.length;
    }
    return Promise.resolve(read);
  }

  readTail(query: TailQuery): Promise<readonly Uint8Array[]> {
    const read: Uint8Array[] = [];
    let bytes = 0;
    let lines = 0;
    for (const batch of [...(this.#logs.get(keyOf(query))?.batches ?? [])].reverse()) {
      if (lines >= query.lines || (read.length > 0 && bytes >= query.maxBytes)) break;
      read.unshift(batch.bytes);
      bytes += batch.bytes.length;
      lines += batch.endSeq - batch.firstSeq;
    }
    return Promise.resolve(read);
  }

  firstSeq(orgId: OrgId, containerId: ContainerId): Promise<number | null> {
    return Promise.resolve(this.#logs.get(keyOf({ orgId, containerId }))?.batches[0]?.firstSeq ?? null);
  }

  chunks(query: ChunkQuery): AsyncIterable<ChunkRead> {
    return walkChunks(
      {
        listRows: (request) =>
          Promise.resolve(request.heads.map((head) => this.#rows(request, head).slice(0, request.limit))),
        fetchBodies: (orgId, rows) => Promise.resolve(rows.map((row) => this.#body(orgId, row))),
        damaged: () => {},
      },
      query,
    );
  }

  since(orgId: OrgId, containerIds: readonly ContainerId[]): Promise<LogsSinceMap> {
    const found = new Map<ContainerId, LogsSince>();
    for (const containerId of containerIds) {
      const oldest = this.#logs.get(keyOf({ orgId, containerId }))?.batches[0];
      if (oldest === undefined) continue;
      const { firstSeq, minTsNs } = oldest;
      found.set(containerId, { firstSeq, firstTsNs: minTsNs, reason: firstSeq === 0 ? null : "container_bytes" });
    }
    return Promise.resolve(found);
  }

  compactNext(): Promise<boolean> {
    return Promise.resolve(false);
  }

  evict(): Promise<Eviction> {
    return Promise.resolve({ rows: 0, bytes: 0, isMoreDue: false, days: [] });
  }

  /** What retention does to the oldest batches: those that end at or below `seq` go. */
  forget(orgId: OrgId, containerId: ContainerId, seq: number): void {
    const batches = this.#logs.get(keyOf({ orgId, containerId }))?.batches ?? [];
    while ((batches[0]?.endSeq ?? Number.POSITIVE_INFINITY) <= seq) batches.shift();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #rows(request: RowsRequest, head: RowsRequest["heads"][number]): readonly ChunkRow[] {
    const { containerId, fromSeq, beforeSeq } = head;
    const { sinceNs, untilNs, levelMask } = request;
    const rows = (this.#logs.get(keyOf({ orgId: request.orgId, containerId }))?.batches ?? [])
      .filter(({ firstSeq, endSeq }) => endSeq > fromSeq && firstSeq < beforeSeq)
      .filter(
        ({ minTsNs, maxTsNs }) => (sinceNs === null || maxTsNs >= sinceNs) && (untilNs === null || minTsNs < untilNs),
      )
      .filter((batch) => levelMask === null || (batch.levelMask & levelMask) !== 0)
      .map(({ firstSeq, endSeq, minTsNs, maxTsNs, levelMask: mask, bytes }): ChunkRow => {
        const span = { containerId, firstSeq, endSeq, minTsNs, maxTsNs, levelMask: mask, rawBytes: bytes.length };
        return { ...span, place: { day: "", ref: firstSeq } };
      });
    return request.order === "newest" ? rows.reverse() : rows;
  }

  #body(orgId: OrgId, { containerId, firstSeq }: ChunkRow): RowBody {
    const batches = this.#logs.get(keyOf({ orgId, containerId }))?.batches;
    const batch = batches?.find((candidate) => candidate.firstSeq === firstSeq);
    return batch === undefined ? "gone" : { codec: PACK_BATCH, body: Uint8Array.from(batch.bytes) };
  }
}

const keyOf = ({ orgId, containerId }: { readonly orgId: OrgId; readonly containerId: ContainerId }): string =>
  `${orgId} ${containerId}`;
