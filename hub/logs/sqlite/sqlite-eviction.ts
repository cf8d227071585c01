import type { OrgId } from "@yardarm/protocol/ids";
import {
  chooseOldest,
  type Eviction,
  type EvictionReason,
  excess,
  type OrgRetention,
  oldestKeptDay,
  type RetentionLimits,
} from "../retention.ts";
import {
  bytesOnDisk,
  dayFile,
  inTransaction,
  listDays,
  listOrgs,
  removeDayFile,
  writeBack,
} from "./sqlite-day-file.ts";
import { onReadable, SqliteUsage, type UsedFiles } from "./sqlite-usage.ts";
import type { WritableFile } from "./sqlite-writer.ts";

/** Pages (4 KiB) that are given back to the file system at once, and how often in a step: on a full disk there is room for little. */
const PAGES_AT_ONCE = 256;
const TIMES_PER_STEP = 16;
const PAGE_BYTES = 4_096;

type Removed = { orgId: OrgId; day: string; reason: EvictionReason };

interface Progress {
  rows: number;
  bytes: number;
  isMoreDue: boolean;
  readonly days: Removed[];
}

/** Retention on files: whole days by unlinking, rows only where a bound ends within the newest file. Runs in the writer's thread. */
export class SqliteEviction {
  readonly #directory: string;
  readonly #files: UsedFiles;
  readonly #usage: SqliteUsage;

  constructor(directory: string, files: UsedFiles) {
    this.#directory = directory;
    this.#files = files;
    this.#usage = new SqliteUsage(directory, files);
  }

  /** One bounded step over all bounds; the caller repeats it while more is due. */
  step(nowMs: number, limits: RetentionLimits): Eviction {
    const progress: Progress = { rows: 0, bytes: 0, isMoreDue: false, days: [] };
    const orgs = listOrgs(this.#directory) as OrgId[];
    for (const orgId of orgs) {
      const retention = limits.orgs.get(orgId) ?? limits.defaults;
      this.#byAge(orgId, { nowMs, retention }, progress);
      this.#byContainer(orgId, retention, progress);
      this.#free(orgId, { bytes: this.#usage.excess([orgId], retention.maxOrgBytes), reason: "org_bytes" }, progress);
    }
    this.#freeOldest(orgs, { bytes: this.#usage.excess(orgs, limits.maxTotalBytes), reason: "total_bytes" }, progress);
    this.#freeOldest(orgs, { bytes: this.#usage.missingOnDisk(limits.minFreeBytes), reason: "free_disk" }, progress);
    return progress;
  }

  /** The rows of a day are others now. */
  changed(orgId: string, day: string): void {
    this.#usage.changed(orgId, day);
  }

  #byAge(
    orgId: OrgId,
    { nowMs, retention }: { readonly nowMs: number; readonly retention: OrgRetention },
    progress: Progress,
  ): void {
    if (retention.maxDays === null) return;
    const kept = oldestKeptDay(nowMs, retention.maxDays);
    const days = listDays(this.#directory, orgId);
    for (const day of days) {
      if (day >= kept) break;
      if (day === days.at(-1)) this.#emptyFile(orgId, day, progress);
      else this.#removeDay(orgId, { day, reason: "age" }, progress);
    }
  }

  /** The newest file holds the cursors: it stays when all its lines are too old. */
  #emptyFile(orgId: OrgId, day: string, progress: Progress): void {
    this.#onFile(orgId, day, (file) => {
      const refs = file.database.prepare("SELECT DISTINCT container FROM pack").all();
      for (const { container } of refs) {
        this.#deleteRows(file, { ref: Number(container), toSeq: Number.MAX_SAFE_INTEGER, reason: "age" }, progress);
      }
      if (refs.length > 0) shrink(file);
    });
  }

  #byContainer(orgId: OrgId, { maxContainerBytes }: OrgRetention, progress: Progress): void {
    if (maxContainerBytes === null) return;
    const days = listDays(this.#directory, orgId);
    const totals = new Map<string, number>();
    for (const day of days) {
      for (const [containerId, bytes] of this.#usage.containerBytes(orgId, day, day === days.at(-1))) {
        totals.set(containerId, (totals.get(containerId) ?? 0) + bytes);
      }
    }
    for (const [containerId, total] of totals) {
      let bytes = excess(total, maxContainerBytes);
      for (const day of bytes > 0 ? days : []) {
        if (bytes <= 0) break;
        bytes -= this.#freeContainer(orgId, { day, containerId, bytes }, progress);
      }
    }
  }

  /** Deletes a container's oldest rows of one day; returns the bytes that they had. */
  #freeContainer(
    orgId: OrgId,
    { day, containerId, bytes }: { readonly day: string; readonly containerId: string; readonly bytes: number },
    progress: Progress,
  ): number {
    const before = progress.bytes;
    this.#onFile(orgId, day, (file) => {
      const ref = file.find.get(containerId)?.ref;
      if (ref === undefined) return;
      let freed = 0;
      let toSeq = -1;
      const oldest = file.database.prepare(
        "SELECT first_seq, stored_bytes FROM pack WHERE container = ? ORDER BY first_seq",
      );
      for (const row of oldest.iterate(ref)) {
        if (freed >= bytes) break;
        freed += Number(row.stored_bytes);
        toSeq = Number(row.first_seq);
      }
      if (toSeq >= 0) this.#deleteRows(file, { ref: Number(ref), toSeq, reason: "container_bytes" }, progress);
    });
    this.changed(orgId, day);
    this.#markInNewest(orgId, [containerId], "container_bytes");
    return progress.bytes - before;
  }

  /** Frees bytes of one org: its oldest day, or rows of the only one. False when it has nothing left to give. */
  #free(
    orgId: OrgId,
    { bytes, reason }: { readonly bytes: number; readonly reason: EvictionReason },
    progress: Progress,
  ): boolean {
    if (bytes <= 0) return false;
    const [oldest, next] = listDays(this.#directory, orgId);
    if (oldest === undefined) return false;
    if (next !== undefined) {
      this.#removeDay(orgId, { day: oldest, reason }, progress);
      progress.isMoreDue = true;
      return true;
    }
    const before = progress.bytes;
    const given = this.#onFile(orgId, oldest, (file) => {
      // What is free already goes first: no line has to.
      const free = Number(file.database.prepare("PRAGMA freelist_count").get()?.freelist_count) * PAGE_BYTES;
      if (free < bytes) this.#deleteOldest(file, { bytes: bytes - free, reason }, progress);
      return shrink(file);
    });
    const hasGiven = progress.bytes > before || (given ?? 0) > 0;
    if (hasGiven) progress.isMoreDue = true;
    return hasGiven;
  }

  #freeOldest(
    orgs: readonly OrgId[],
    freeing: { readonly bytes: number; readonly reason: EvictionReason },
    progress: Progress,
  ): void {
    if (freeing.bytes <= 0) return;
    const candidates = orgs
      .map((orgId) => ({
        orgId,
        day: listDays(this.#directory, orgId)[0] ?? "9999",
        bytes: this.#usage.orgBytes(orgId),
      }))
      .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : b.bytes - a.bytes));
    // Whoever has only cursors left has nothing to give.
    for (const { orgId } of candidates) if (this.#free(orgId, freeing, progress)) return;
  }

  #deleteOldest(
    file: WritableFile,
    { bytes, reason }: { readonly bytes: number; readonly reason: EvictionReason },
    progress: Progress,
  ): void {
    const statement = file.database.prepare("SELECT container, first_seq, max_ts_ns, stored_bytes FROM pack");
    statement.setReadBigInts(true);
    const rows = statement.all().map((row) => ({
      container: String(row.container),
      firstSeq: Number(row.first_seq),
      maxTsNs: row.max_ts_ns as bigint,
      storedBytes: Number(row.stored_bytes),
    }));
    for (const [container, toSeq] of chooseOldest(rows, bytes)) {
      this.#deleteRows(file, { ref: Number(container), toSeq, reason }, progress);
    }
  }

  #deleteRows(
    { database }: WritableFile,
    { ref, toSeq, reason }: { readonly ref: number; readonly toSeq: number; readonly reason: EvictionReason },
    progress: Progress,
  ): void {
    inTransaction(database, () => {
      const of = "FROM pack WHERE container = ? AND first_seq <= ?";
      const gone = database.prepare(`SELECT count(*) AS n, total(stored_bytes) AS bytes ${of}`).get(ref, toSeq);
      database.prepare(`DELETE ${of}`).run(ref, toSeq);
      database.prepare("UPDATE container SET evicted_by = ? WHERE ref = ?").run(reason, ref);
      progress.rows += Number(gone?.n ?? 0);
      progress.bytes += Number(gone?.bytes ?? 0);
    });
  }

  /** What a removed day held is marked in the newest file first: a crash in between only repeats the removal. */
  #removeDay(
    orgId: OrgId,
    { day, reason }: { readonly day: string; readonly reason: EvictionReason },
    progress: Progress,
  ): void {
    const path = dayFile(this.#directory, orgId, day);
    this.#markInNewest(orgId, [...this.#usage.containerBytes(orgId, day, false).keys()], reason);
    progress.bytes += bytesOnDisk(path);
    this.#usage.changed(orgId, day);
    removeDayFile(path);
    progress.days.push({ orgId, day, reason });
  }

  #markInNewest(orgId: OrgId, containerIds: readonly string[], reason: EvictionReason): void {
    const newest = listDays(this.#directory, orgId).at(-1);
    if (newest === undefined || containerIds.length === 0) return;
    this.#onFile(orgId, newest, ({ database }) =>
      inTransaction(database, () => {
        const mark = database.prepare("UPDATE container SET evicted_by = ? WHERE container_id = ?");
        for (const containerId of containerIds) mark.run(reason, containerId);
      }),
    );
  }

  /** A damaged file can still be removed; it only cannot be looked into. */
  #onFile<Result>(orgId: OrgId, day: string, use: (file: WritableFile) => Result): Result | null {
    return onReadable(() => this.#files.withFile(orgId, day, use));
  }
}

/** Gives free pages back and returns how many. */
const shrink = ({ database }: WritableFile): number => {
  const pages = (): number => Number(database.prepare("PRAGMA page_count").get()?.page_count);
  const before = pages();
  for (let time = 0, last = 0; time < TIMES_PER_STEP && last !== pages(); time++) {
    last = pages();
    database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    writeBack(database);
  }
  return before - pages();
};
