import { existsSync } from "node:fs";
import { judgeCommit, parseCursor } from "../commit-check.ts";
import type { CommitOutcome } from "../group-commit.ts";
import { compressPack } from "../pack-codec.ts";
import type { Eviction, RetentionLimits } from "../retention.ts";
import { checksumOf, type StoredRow } from "../stored-row.ts";
import { DiskReserve } from "./disk-reserve.ts";
import {
  cursorChecksum,
  cursorState,
  type Database,
  dayFile,
  dayOf,
  inTransaction,
  isDamage,
  isFull,
  listDays,
  openForReading,
  openForWriting,
  type Statement,
  writeBack,
} from "./sqlite-day-file.ts";
import { SqliteEviction } from "./sqlite-eviction.ts";
import type { CommitRequest, Compaction, Damage, PackedCommit } from "./sqlite-messages.ts";

/** Orgs whose file stays open; the one that wrote longest ago is closed first. */
const OPEN_FILES = 64;
/** A file gives freed pages back when it has this many of them, so many at a time (4 KiB each). The open one uses them again. */
const FREE_PAGES = { open: 2_048, closed: 16 } as const;
const PAGES_PER_STEP = 512;

/** A day's file as the writer holds it. */
export interface WritableFile {
  readonly day: string;
  readonly path: string;
  readonly database: Database;
  readonly find: Statement;
  readonly add: Statement;
  readonly update: Statement;
  readonly insert: Statement;
}

/** The only one who writes log files; lives in a thread of its own, because a write takes milliseconds. */
export class SqliteWriter {
  readonly #directory: string;
  readonly #damaged: (damage: Damage) => void;
  readonly #files = new Map<string, WritableFile>();
  readonly #reserve: DiskReserve;
  readonly #eviction: SqliteEviction;

  constructor(directory: string, damaged: (damage: Damage) => void) {
    this.#directory = directory;
    this.#damaged = damaged;
    this.#reserve = new DiskReserve(directory);
    this.#eviction = new SqliteEviction(directory, {
      withFile: (orgId, day, use) => this.#withFile(orgId, day, use),
    });
  }

  /** One transaction per org. @throws when an org's transaction failed; those before it are written */
  commit({ nowMs, commits, bytes }: CommitRequest): readonly CommitOutcome[] {
    const outcomes: CommitOutcome[] = commits.map(() => "conflict");
    for (const orgId of new Set(commits.map((commit) => commit.orgId))) {
      const file = this.#open(orgId, dayOf(nowMs));
      try {
        inTransaction(file.database, () => {
          for (const [index, commit] of commits.entries()) {
            if (commit.orgId === orgId) outcomes[index] = this.#write(file, commit, { nowMs, bytes });
          }
        });
      } catch (error) {
        // The next commit finds out what is left of it.
        this.#release(orgId);
        if (isDamage(error)) this.#setAside(orgId, file);
        throw isFull(error) ? new Error("The disk under the log store is full.", { cause: error }) : error;
      }
    }
    return outcomes;
  }

  /** Replaces rows by what they were merged into; false when they are not what they were. */
  swap({ orgId, day, containerRef, replaced, rows }: Compaction): boolean {
    this.#eviction.changed(orgId, day);
    const swapped = this.#withFile(orgId, day, ({ database, insert }) => {
      const isSwapped = inTransaction(database, () => {
        const [first] = replaced;
        const last = replaced.at(-1);
        if (first === undefined || last === undefined) return false;
        const present = database
          .prepare(
            "SELECT ref, first_seq, end_seq FROM pack WHERE container = ? AND first_seq >= ? AND first_seq < ? ORDER BY first_seq",
          )
          .all(containerRef, first.firstSeq, last.endSeq);
        const isSame =
          present.length === replaced.length &&
          present.every((row, index) => {
            const expected = replaced[index];
            return (
              row.ref === expected?.ref && row.first_seq === expected?.firstSeq && row.end_seq === expected?.endSeq
            );
          });
        if (!isSame) return false;
        const remove = database.prepare("DELETE FROM pack WHERE ref = ?");
        for (const { ref } of replaced) remove.run(ref);
        for (const row of rows) insertRow(insert, containerRef, row);
        return true;
      });
      if (isSwapped) giveBackPages(database, this.#files.get(orgId)?.day === day ? "open" : "closed");
      return isSwapped;
    });
    return swapped ?? false;
  }

  /** One step of retention. */
  evict(nowMs: number, limits: RetentionLimits): Eviction {
    this.#reserve.make();
    try {
      return this.#eviction.step(nowMs, limits);
    } catch (error) {
      if (!isFull(error)) throw error;
      return this.#reserve.spend(() => this.#eviction.step(nowMs, limits));
    }
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
  }

  #write(
    file: WritableFile,
    commit: PackedCommit,
    group: { readonly nowMs: number; readonly bytes: Uint8Array },
  ): CommitOutcome {
    const { containerId, cursor } = commit;
    const known = file.find.get(containerId);
    const verdict = judge(known, commit);
    if (verdict !== "write") return verdict === "stored" ? "committed" : "conflict";
    const written = [cursor, cursorChecksum(cursor), group.nowMs] as const;
    const ref = known === undefined ? Number(file.add.run(containerId, ...written).lastInsertRowid) : Number(known.ref);
    if (known !== undefined) file.update.run(...written, ref);
    for (const { offset, length, isCompressible, ...span } of commit.packs) {
      const row = { ...span, ...compressPack(group.bytes.subarray(offset, offset + length), isCompressible) };
      insertRow(file.insert, ref, { ...row, checksum: checksumOf(row) });
    }
    return "committed";
  }

  /** Uses a day's file: the open one, or one that is opened for this. `null` when there is no such file. */
  #withFile<Result>(orgId: string, day: string, use: (file: WritableFile) => Result): Result | null {
    const open = this.#files.get(orgId);
    if (open?.day === day) return use(open);
    const path = dayFile(this.#directory, orgId, day);
    if (!existsSync(path)) return null;
    const file = prepared(openForWriting(path, this.#completeBefore(orgId, day)), { day, path });
    try {
      return use(file);
    } finally {
      file.database.close();
    }
  }

  #release(orgId: string): void {
    this.#files.get(orgId)?.database.close();
    this.#files.delete(orgId);
  }

  /** A damaged file takes no more lines: what is readable in it stays, and the day goes on in another. */
  #setAside(orgId: string, { day, path }: WritableFile): void {
    this.#damaged({ orgId, containerId: null, file: path });
    const [date = day, part = "0"] = day.split(".");
    const next = `${date}.${Number(part) + 1}`;
    if (Number(part) >= 9) return;
    openForWriting(dayFile(this.#directory, orgId, next), this.#completeBefore(orgId, next)).close();
  }

  /** The org's file of `day`, or of the newest day there is: days never go back, whatever the clock does. */
  #open(orgId: string, day: string): WritableFile {
    const open = this.#files.get(orgId);
    if (open !== undefined && open.day >= day) {
      this.#files.delete(orgId);
      this.#files.set(orgId, open);
      return open;
    }
    this.#release(orgId);
    for (const [oldest, { database }] of this.#files) {
      if (this.#files.size < OPEN_FILES) break;
      database.close();
      this.#files.delete(oldest);
    }
    const newest = listDays(this.#directory, orgId).at(-1);
    const target = newest !== undefined && newest > day ? newest : day;
    const path = dayFile(this.#directory, orgId, target);
    try {
      const fresh = prepared(openForWriting(path, this.#completeBefore(orgId, target)), { day: target, path });
      this.#files.set(orgId, fresh);
      this.#reserve.make();
      return fresh;
    } catch (error) {
      if (isDamage(error)) this.#setAside(orgId, { day: target, path } as WritableFile);
      throw error;
    }
  }

  /** The complete files before a day, newest first: where its cursors come from. */
  #completeBefore(orgId: string, day: string): readonly string[] {
    return listDays(this.#directory, orgId)
      .filter((candidate) => candidate < day)
      .map((candidate) => dayFile(this.#directory, orgId, candidate))
      .filter((path) => this.#isComplete(path))
      .reverse();
  }

  #isComplete(path: string): boolean {
    try {
      const database = openForReading(path);
      database?.close();
      return database !== null;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }
}

/** A cursor that is not to be trusted was made again by whoever asked for it: what is stored is all that its numbers may not fall behind. */
const judge = (
  known: ReturnType<Statement["get"]>,
  { firstSeq, cursor }: PackedCommit,
): ReturnType<typeof judgeCommit> => {
  if (known === undefined) return judgeCommit(null, { firstSeq, cursor });
  const state = cursorState(known);
  if (state === "intact") return judgeCommit(String(known.cursor), { firstSeq, cursor });
  const salvaged = state === "salvaged" ? parseCursor(String(known.cursor)) : null;
  return firstSeq >= Math.max(Number(known.end_seq ?? 0), salvaged?.nextSeq ?? 0) ? "write" : "conflict";
};

const prepared = (database: Database, of: Pick<WritableFile, "day" | "path">): WritableFile => ({
  ...of,
  database,
  find: database.prepare(
    `SELECT ref, cursor, cursor_checksum,
       (SELECT end_seq FROM pack WHERE container = container.ref ORDER BY first_seq DESC LIMIT 1) AS end_seq
     FROM container WHERE container_id = ?`,
  ),
  add: database.prepare(
    "INSERT INTO container (container_id, cursor, cursor_checksum, committed_at_ms) VALUES (?, ?, ?, ?)",
  ),
  update: database.prepare("UPDATE container SET cursor = ?, cursor_checksum = ?, committed_at_ms = ? WHERE ref = ?"),
  insert: database.prepare(
    `INSERT INTO pack
       (container, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, stored_bytes, checksum, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
});

const insertRow = (insert: Statement, containerRef: number, row: StoredRow): void => {
  const { firstSeq, endSeq, minTsNs, maxTsNs, levelMask, codec, rawBytes, checksum, body } = row;
  insert.run(
    ...[containerRef, firstSeq, endSeq, minTsNs, maxTsNs, levelMask, codec, rawBytes, body.length, checksum, body],
  );
};

const giveBackPages = (database: Database, state: keyof typeof FREE_PAGES): void => {
  const free = Number(database.prepare("PRAGMA freelist_count").get()?.freelist_count);
  if (free >= FREE_PAGES[state]) {
    database.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
    writeBack(database);
  }
};
