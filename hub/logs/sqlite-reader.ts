import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { readPack } from "./pack.ts";
import { openPack } from "./pack-codec.ts";
import { type Database, dayFile, listDays, openForReading, type Statement } from "./sqlite-day-file.ts";
import type { RangeRequest, TailRequest } from "./sqlite-messages.ts";

/** Files that stay open; the one that was read longest ago is closed first. */
const OPEN_FILES = 64;

interface OpenFile {
  readonly database: Database;
  readonly findContainer: Statement;
  readonly firstSeq: Statement;
  /** Packs that overlap a range, ascending. */
  readonly range: Statement;
  /** Packs, newest first. */
  readonly tail: Statement;
}

/** Reads log files, in a thread of its own: neither the relay nor the writer waits for it. */
export class SqliteReader {
  readonly #directory: string;
  readonly #files = new Map<string, OpenFile>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** JSON texts of the committed cursors: the newest file has them all. */
  cursors(orgId: string, containerIds: readonly string[]): ReadonlyMap<string, string> {
    const [newest] = this.#newestFirst(orgId);
    const found = new Map<string, string>();
    for (const containerId of containerIds) {
      const row = newest?.findContainer.get(containerId);
      if (row !== undefined) found.set(containerId, String(row.cursor));
    }
    return found;
  }

  range({ orgId, containerId, fromSeq, toSeq, maxBytes }: RangeRequest): readonly Uint8Array[] {
    const batches: Uint8Array[] = [];
    let bytes = 0;
    // Seqs grow with the days: oldest file first.
    for (const file of [...this.#newestFirst(orgId)].reverse()) {
      const ref = file.findContainer.get(containerId)?.ref;
      if (ref === undefined) continue;
      for (const row of file.range.iterate(ref, ref, fromSeq, fromSeq, toSeq)) {
        for (const batch of batchesOf(row)) {
          const { firstSeq, lineCount } = readBatchHeader(batch);
          if (firstSeq + lineCount <= fromSeq || firstSeq >= toSeq) continue;
          if (bytes >= maxBytes) return batches;
          batches.push(batch);
          bytes += batch.length;
        }
        if (bytes >= maxBytes) return batches;
      }
    }
    return batches;
  }

  tail({ orgId, containerId, lines, maxBytes }: TailRequest): readonly Uint8Array[] {
    const newestFirst: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    for (const file of this.#newestFirst(orgId)) {
      const ref = file.findContainer.get(containerId)?.ref;
      if (ref === undefined) continue;
      for (const row of file.tail.iterate(ref)) {
        for (const batch of [...batchesOf(row)].reverse()) {
          if (count >= lines || (newestFirst.length > 0 && bytes >= maxBytes)) return newestFirst.reverse();
          newestFirst.push(batch);
          bytes += batch.length;
          count += readBatchHeader(batch).lineCount;
        }
        if (count >= lines || bytes >= maxBytes) return newestFirst.reverse();
      }
    }
    return newestFirst.reverse();
  }

  firstSeq(orgId: string, containerId: string): number | null {
    for (const file of [...this.#newestFirst(orgId)].reverse()) {
      const ref = file.findContainer.get(containerId)?.ref;
      const first = ref === undefined ? null : file.firstSeq.get(ref)?.first_seq;
      if (typeof first === "number") return first;
    }
    return null;
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
  }

  *#newestFirst(orgId: string): Generator<OpenFile> {
    for (const day of [...listDays(this.#directory, orgId)].reverse()) {
      const file = this.#open(dayFile(this.#directory, orgId, day));
      if (file !== null) yield file;
    }
  }

  #open(path: string): OpenFile | null {
    const open = this.#files.get(path);
    if (open !== undefined) {
      this.#files.delete(path);
      this.#files.set(path, open);
      return open;
    }
    const database = openForReading(path);
    if (database === null) return null;
    const columns = "codec, raw_bytes, body";
    const fresh: OpenFile = {
      database,
      findContainer: database.prepare("SELECT ref, cursor FROM container WHERE container_id = ?"),
      firstSeq: database.prepare("SELECT min(first_seq) AS first_seq FROM pack WHERE container = ?"),
      range: database.prepare(
        `SELECT ${columns} FROM pack
         WHERE container = ?
           AND first_seq >= coalesce((SELECT max(first_seq) FROM pack WHERE container = ? AND first_seq <= ?), ?)
           AND first_seq < ?
         ORDER BY first_seq`,
      ),
      tail: database.prepare(`SELECT ${columns} FROM pack WHERE container = ? ORDER BY first_seq DESC`),
    };
    this.#files.set(path, fresh);
    for (const [oldest, { database: unused }] of this.#files) {
      if (this.#files.size <= OPEN_FILES) break;
      unused.close();
      this.#files.delete(oldest);
    }
    return fresh;
  }
}

const batchesOf = (row: Record<string, unknown>): readonly Uint8Array[] =>
  readPack(openPack({ codec: Number(row.codec), rawBytes: Number(row.raw_bytes), body: row.body as Uint8Array }));
