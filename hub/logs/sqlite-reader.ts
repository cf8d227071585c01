import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { ChunkRow, RowBody, RowsRequest } from "./chunk-walk.ts";
import { parseCursor } from "./commit-check.ts";
import { cursorOfLines, REPAIR_LINES } from "./cursor-repair.ts";
import type { EvictionReason, LogsSince } from "./retention.ts";
import {
  cursorState,
  type Database,
  dayFile,
  isDamage,
  listDays,
  openForReading,
  type Statement,
} from "./sqlite-day-file.ts";
import type { Damage, RangeRequest, TailRequest } from "./sqlite-messages.ts";
import { isIntact, type StoredRow, wireBatches } from "./stored-row.ts";

/** Files that stay open; the one that was read longest ago is closed first. */
const OPEN_FILES = 64;
/** Stored bytes that are read to make a cursor again. */
const REPAIR_BYTES = 1024 * 1024;

interface OpenFile {
  readonly day: string;
  readonly path: string;
  readonly database: Database;
  readonly findContainer: Statement;
  readonly oldest: Statement;
  /** Rows that overlap a range, ascending and descending; out of the index alone. */
  readonly ascending: Statement;
  readonly descending: Statement;
  readonly row: Statement;
}

interface IndexRow {
  readonly ref: number;
  readonly firstSeq: number;
  readonly endSeq: number;
}

/**
 * Reads log files, in a thread of its own: neither the relay nor the writer waits for it. Damage is reported and stepped over.
 * More than 300 lines, because every reading shares the open files and the stepping over.
 */
export class SqliteReader {
  readonly #directory: string;
  readonly #damaged: (damage: Damage) => void;
  readonly #files = new Map<string, OpenFile>();

  constructor(directory: string, damaged: (damage: Damage) => void) {
    this.#directory = directory;
    this.#damaged = damaged;
  }

  /** The committed cursors: the newest file has them all. Where it cannot be read, what the one before says is salvaged. */
  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): ReadonlyMap<ContainerId, LogCursor> {
    const found = new Map<ContainerId, LogCursor>();
    let isNewest = true;
    for (const file of this.#newestFirst(orgId)) {
      try {
        for (const containerId of containerIds) {
          const cursor = this.#cursor(file, { orgId, containerId, isNewest });
          if (cursor !== null) found.set(containerId, cursor);
        }
        return found;
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#damaged({ orgId, containerId: null, file: file.path });
        isNewest = false;
      }
    }
    return found;
  }

  #cursor(
    file: OpenFile,
    of: { readonly orgId: OrgId; readonly containerId: ContainerId; readonly isNewest: boolean },
  ): LogCursor | null {
    const { orgId, containerId, isNewest } = of;
    const row = file.findContainer.get(containerId);
    if (row === undefined) return null;
    const state = cursorState(row);
    const stored = state === "damaged" ? null : parseCursor(String(row.cursor));
    if (isNewest && state === "intact" && stored !== null) return stored;
    if (state === "damaged") this.#damaged({ orgId, containerId, file: file.path });
    return this.#repaired(orgId, containerId, stored);
  }

  /** What the last stored lines say, unless the cursor that was salvaged is further. */
  #repaired(orgId: OrgId, containerId: ContainerId, salvaged: LogCursor | null): LogCursor | null {
    const made = cursorOfLines(this.tail({ orgId, containerId, lines: REPAIR_LINES, maxBytes: REPAIR_BYTES }));
    return made === null || made.nextSeq <= (salvaged?.nextSeq ?? 0) ? salvaged : made;
  }

  range({ orgId, containerId, fromSeq, toSeq, maxBytes }: RangeRequest): readonly Uint8Array[] {
    const batches: Uint8Array[] = [];
    let bytes = 0;
    let nextSeq = fromSeq;
    // Seqs grow with the days: oldest file first. What a salvaged cursor had numbered again is not read twice.
    for (const file of [...this.#newestFirst(orgId)].reverse()) {
      for (const row of this.#rows(file, { orgId, containerId, fromSeq: nextSeq, endSeq: toSeq, order: "oldest" })) {
        for (const batch of wireBatches(row, { fromSeq: nextSeq, endSeq: toSeq })) {
          if (batches.length > 0 && bytes >= maxBytes) return batches;
          batches.push(batch);
          bytes += batch.length;
        }
        nextSeq = Math.max(nextSeq, row.endSeq);
      }
    }
    return batches;
  }

  tail({ orgId, containerId, lines, maxBytes }: TailRequest): readonly Uint8Array[] {
    const newestFirst: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    if (lines <= 0) return [];
    const everything = { orgId, containerId, fromSeq: 0, endSeq: Number.MAX_SAFE_INTEGER, order: "newest" } as const;
    for (const file of this.#newestFirst(orgId)) {
      for (const row of this.#rows(file, everything)) {
        const range = { fromSeq: row.endSeq - (lines - count), endSeq: row.endSeq };
        for (const batch of [...wireBatches(row, range)].reverse()) {
          if (newestFirst.length > 0 && bytes >= maxBytes) return newestFirst.reverse();
          newestFirst.push(batch);
          bytes += batch.length;
          count += readBatchHeader(batch).lineCount;
          if (count >= lines) return newestFirst.reverse();
        }
      }
    }
    return newestFirst.reverse();
  }

  since(orgId: string, containerIds: readonly string[]): ReadonlyMap<string, LogsSince> {
    const found = new Map<string, LogsSince>();
    const files = [...this.#newestFirst(orgId)];
    const [newest] = files;
    for (const containerId of containerIds) {
      const known = newest?.findContainer.get(containerId);
      for (const file of known === undefined ? [] : [...files].reverse()) {
        const ref = file.findContainer.get(containerId)?.ref;
        const row = ref === undefined ? undefined : file.oldest.get(ref);
        if (row === undefined) continue;
        const reason = known?.evicted_by ?? null;
        found.set(containerId, {
          ...{ firstSeq: Number(row.first_seq), firstTsNs: BigInt(String(row.min_ts_ns)) },
          reason: reason === null ? null : (String(reason) as EvictionReason),
        });
        break;
      }
    }
    return found;
  }

  firstSeq(orgId: string, containerId: string): number | null {
    return this.since(orgId, [containerId]).get(containerId)?.firstSeq ?? null;
  }

  /** What `ChunkSource.listRows` says. */
  listRows(request: RowsRequest): readonly (readonly ChunkRow[])[] {
    const files = [...this.#newestFirst(request.orgId)];
    if (request.order === "oldest") files.reverse();
    return request.heads.map((head) => {
      const rows: ChunkRow[] = [];
      for (const file of files) {
        if (rows.length >= request.limit) break;
        this.#stepOver(file, { orgId: request.orgId, containerId: head.containerId }, () => {
          rows.push(...matchingRows(file, request, { head, limit: request.limit - rows.length }));
        });
      }
      return rows;
    });
  }

  /** What `ChunkSource.fetchBodies` says. */
  fetchBodies(orgId: string, rows: readonly ChunkRow[]): readonly RowBody[] {
    return rows.map(({ place, containerId, firstSeq, endSeq }) => {
      if (place === null) return "damaged";
      try {
        const file = this.#open(orgId, place.day);
        if (file === null) return "gone";
        const container = file.findContainer.get(containerId)?.ref;
        const found = file.row.get(place.ref);
        if (found === undefined || found.container !== container) return "gone";
        const row = contentOf(found);
        if (row.firstSeq !== firstSeq || row.endSeq !== endSeq) return "gone";
        return isIntact(row) ? { codec: row.codec, body: row.body as Uint8Array<ArrayBuffer> } : "damaged";
      } catch (error) {
        if (isDamage(error)) return "damaged";
        throw error;
      }
    });
  }

  /** Closes what retention removed, so that the disk gets its bytes back. */
  forget(orgId: string, days: readonly string[]): void {
    for (const day of days) {
      const path = dayFile(this.#directory, orgId, day);
      this.#files.get(path)?.database.close();
      this.#files.delete(path);
    }
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
  }

  /** Intact rows of a container that overlap a range, as of one moment. */
  *#rows(
    file: OpenFile,
    range: {
      readonly orgId: string;
      readonly containerId: string;
      readonly fromSeq: number;
      readonly endSeq: number;
      readonly order: "newest" | "oldest";
    },
  ): Generator<StoredRow, void, void> {
    const { orgId, containerId, fromSeq, endSeq, order } = range;
    file.database.exec("BEGIN");
    try {
      const ref = file.findContainer.get(containerId)?.ref;
      if (ref === undefined) return;
      const statement = order === "oldest" ? file.ascending : file.descending;
      for (const found of statement.iterate(ref, fromSeq, endSeq, ...NO_FILTER, -1)) {
        const span: IndexRow = {
          ref: Number(found.ref),
          firstSeq: Number(found.first_seq),
          endSeq: Number(found.end_seq),
        };
        const row = this.#intact(file, span);
        if (row === null) this.#damaged({ orgId: orgId, containerId, firstSeq: span.firstSeq, endSeq: span.endSeq });
        else yield row;
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged({ orgId, containerId, file: file.path });
    } finally {
      if (file.database.isTransaction) file.database.exec("ROLLBACK");
    }
  }

  #intact(file: OpenFile, span: IndexRow): StoredRow | null {
    try {
      const found = file.row.get(span.ref);
      const row = found === undefined ? null : contentOf(found);
      return row !== null && row.firstSeq === span.firstSeq && row.endSeq === span.endSeq && isIntact(row) ? row : null;
    } catch (error) {
      if (isDamage(error)) return null;
      throw error;
    }
  }

  #stepOver(file: OpenFile, of: { readonly orgId: string; readonly containerId: string }, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged({ ...of, file: file.path });
    }
  }

  *#newestFirst(orgId: string): Generator<OpenFile> {
    for (const day of [...listDays(this.#directory, orgId)].reverse()) {
      const file = this.#open(orgId, day);
      if (file !== null) yield file;
    }
  }

  #open(orgId: string, day: string): OpenFile | null {
    const path = dayFile(this.#directory, orgId, day);
    const open = this.#files.get(path);
    if (open !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, open);
      return open;
    }
    let fresh: OpenFile;
    try {
      const database = openForReading(path);
      if (database === null) return null;
      fresh = { day, path, database, ...statementsOf(database) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged({ orgId, containerId: null, file: path });
      return null;
    }
    this.#files.set(path, fresh);
    for (const [oldest, { database: unused }] of this.#files) {
      if (this.#files.size <= OPEN_FILES) break;
      // One that is being read right now stays.
      if (unused.isTransaction) continue;
      unused.close();
      this.#files.delete(oldest);
    }
    return fresh;
  }
}

/** No bounds on stamps, any level. */
const NO_FILTER = [-(2n ** 63n), 2n ** 63n - 1n, -1] as const;

const statementsOf = (database: Database) => {
  // The first row may begin before the range: it is the last one that begins at or before it.
  const overlapping = `
    SELECT ref, container, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, raw_bytes FROM pack
    WHERE container = ?1
      AND first_seq >= coalesce((SELECT max(first_seq) FROM pack WHERE container = ?1 AND first_seq <= ?2), ?2)
      AND end_seq > ?2 AND first_seq < ?3
      AND max_ts_ns >= ?4 AND min_ts_ns <= ?5 AND (level_mask & ?6) != 0`;
  const bigInts = (sql: string): Statement => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  };
  return {
    findContainer: database.prepare(
      "SELECT ref, cursor, cursor_checksum, evicted_by FROM container WHERE container_id = ?",
    ),
    oldest: bigInts("SELECT first_seq, min_ts_ns FROM pack WHERE container = ? ORDER BY first_seq LIMIT 1"),
    ascending: bigInts(`${overlapping} ORDER BY first_seq LIMIT ?7`),
    descending: bigInts(`${overlapping} ORDER BY first_seq DESC LIMIT ?7`),
    row: rowStatement(database),
  };
};

/** Reads a row by its ref, for `contentOf`. */
export const rowStatement = (database: Database): Statement =>
  // Stamps exceed what a number holds; as text they need no other kind of integer for the rest of the row.
  database.prepare(
    `SELECT container, first_seq, end_seq, CAST(min_ts_ns AS TEXT) AS min_ts_ns, CAST(max_ts_ns AS TEXT) AS max_ts_ns,
       level_mask, codec, raw_bytes, checksum, body
     FROM pack WHERE ref = ?`,
  );

export const contentOf = (row: Record<string, unknown>): StoredRow => ({
  firstSeq: Number(row.first_seq),
  endSeq: Number(row.end_seq),
  minTsNs: BigInt(String(row.min_ts_ns)),
  maxTsNs: BigInt(String(row.max_ts_ns)),
  levelMask: Number(row.level_mask),
  codec: Number(row.codec),
  rawBytes: Number(row.raw_bytes),
  checksum: Number(row.checksum),
  body: row.body as Uint8Array,
});

const matchingRows = (
  file: OpenFile,
  { order, sinceNs, untilNs, levelMask }: RowsRequest,
  { head, limit }: { readonly head: RowsRequest["heads"][number]; readonly limit: number },
): readonly ChunkRow[] => {
  const ref = file.findContainer.get(head.containerId)?.ref;
  if (ref === undefined) return [];
  const statement = order === "oldest" ? file.ascending : file.descending;
  const since = sinceNs ?? NO_FILTER[0];
  const until = untilNs === null ? NO_FILTER[1] : untilNs - 1n;
  return statement
    .all(ref, head.fromSeq, head.beforeSeq, since, until, levelMask ?? NO_FILTER[2], limit)
    .map((row): ChunkRow => spanOf(row, head.containerId, file.day));
};

const spanOf = (row: Record<string, unknown>, containerId: ContainerId, day: string): ChunkRow => ({
  containerId,
  firstSeq: Number(row.first_seq),
  endSeq: Number(row.end_seq),
  minTsNs: row.min_ts_ns as bigint,
  maxTsNs: row.max_ts_ns as bigint,
  levelMask: Number(row.level_mask),
  rawBytes: Number(row.raw_bytes),
  place: { day, ref: Number(row.ref) },
});
