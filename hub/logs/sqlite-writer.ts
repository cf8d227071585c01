import { judgeCommit } from "./commit-check.ts";
import type { CommitOutcome } from "./group-commit.ts";
import { compressPack } from "./pack-codec.ts";
import {
  type Database,
  dayFile,
  dayOf,
  listDays,
  openForReading,
  openForWriting,
  type Statement,
} from "./sqlite-day-file.ts";
import type { CommitRequest, PackedCommit } from "./sqlite-messages.ts";

/** Orgs whose file stays open; the one that wrote longest ago is closed first. */
const OPEN_FILES = 64;

interface OpenFile {
  readonly day: string;
  readonly database: Database;
  readonly find: Statement;
  readonly add: Statement;
  readonly update: Statement;
  readonly insert: Statement;
}

/** The only one who writes log files; lives in a thread of its own, because a write takes milliseconds. */
export class SqliteWriter {
  readonly #directory: string;
  readonly #files = new Map<string, OpenFile>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** One transaction per org. @throws when an org's transaction failed; those before it are written */
  commit({ nowMs, commits, bytes }: CommitRequest): readonly CommitOutcome[] {
    const outcomes: CommitOutcome[] = commits.map(() => "conflict");
    for (const orgId of new Set(commits.map((commit) => commit.orgId))) {
      const file = this.#open(orgId, dayOf(nowMs));
      file.database.exec("BEGIN IMMEDIATE");
      try {
        for (const [index, commit] of commits.entries()) {
          if (commit.orgId === orgId) outcomes[index] = this.#write(file, commit, { nowMs, bytes });
        }
        file.database.exec("COMMIT");
      } catch (error) {
        if (file.database.isTransaction) file.database.exec("ROLLBACK");
        throw error;
      }
    }
    return outcomes;
  }

  close(): void {
    for (const { database } of this.#files.values()) database.close();
    this.#files.clear();
  }

  #write(
    file: OpenFile,
    commit: PackedCommit,
    group: { readonly nowMs: number; readonly bytes: Uint8Array },
  ): CommitOutcome {
    const { containerId, firstSeq, cursor } = commit;
    const known = file.find.get(containerId);
    const stored = known === undefined ? null : String(known.cursor);
    const verdict = judgeCommit(stored, { firstSeq, cursor });
    if (verdict !== "write") return verdict === "stored" ? "committed" : "conflict";
    const ref =
      known === undefined ? Number(file.add.run(containerId, cursor, group.nowMs).lastInsertRowid) : Number(known.ref);
    if (known !== undefined) file.update.run(cursor, group.nowMs, ref);
    for (const pack of commit.packs) {
      const { firstSeq: packSeq, endSeq, minTsNs, maxTsNs, levelMask, offset, length, isCompressible } = pack;
      const { codec, rawBytes, body } = compressPack(group.bytes.subarray(offset, offset + length), isCompressible);
      file.insert.run(ref, packSeq, endSeq, minTsNs, maxTsNs, levelMask, codec, rawBytes, body);
    }
    return "committed";
  }

  /** The org's file of `day`, or of the newest day there is: days never go back, whatever the clock does. */
  #open(orgId: string, day: string): OpenFile {
    const open = this.#files.get(orgId);
    if (open !== undefined && open.day >= day) {
      this.#files.delete(orgId);
      this.#files.set(orgId, open);
      return open;
    }
    open?.database.close();
    this.#files.delete(orgId);
    for (const [oldest, { database }] of this.#files) {
      if (this.#files.size < OPEN_FILES) break;
      database.close();
      this.#files.delete(oldest);
    }
    const days = listDays(this.#directory, orgId);
    const newest = days.at(-1);
    const target = newest !== undefined && newest > day ? newest : day;
    const previous = [...days].reverse().find((candidate) => candidate < target && this.#isComplete(orgId, candidate));
    const database = openForWriting(
      dayFile(this.#directory, orgId, target),
      previous === undefined ? null : dayFile(this.#directory, orgId, previous),
    );
    const fresh: OpenFile = {
      day: target,
      database,
      find: database.prepare("SELECT ref, cursor FROM container WHERE container_id = ?"),
      add: database.prepare("INSERT INTO container (container_id, cursor, committed_at_ms) VALUES (?, ?, ?)"),
      update: database.prepare("UPDATE container SET cursor = ?, committed_at_ms = ? WHERE ref = ?"),
      insert: database.prepare(
        `INSERT INTO pack (container, first_seq, end_seq, min_ts_ns, max_ts_ns, level_mask, codec, raw_bytes, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
    };
    this.#files.set(orgId, fresh);
    return fresh;
  }

  #isComplete(orgId: string, day: string): boolean {
    const database = openForReading(dayFile(this.#directory, orgId, day));
    database?.close();
    return database !== null;
  }
}
