import { existsSync, statfsSync, statSync } from "node:fs";
import type { OrgId } from "@yardarm/protocol/ids";
import { excess } from "../retention.ts";
import { bytesOnDisk, dayFile, isDamage, listDays, writeBack } from "./sqlite-day-file.ts";
import type { WritableFile } from "./sqlite-writer.ts";

/** What retention needs of the writer, who holds the files. */
export interface UsedFiles {
  /** `null` when there is no such file. */
  withFile<Result>(orgId: string, day: string, use: (file: WritableFile) => Result): Result | null;
}

/** `null` for a file that is damaged. */
export const onReadable = <Result>(use: () => Result | null): Result | null => {
  try {
    return use();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
};

/** How many bytes log files take, by container, org, and on their disk. */
export class SqliteUsage {
  readonly #directory: string;
  readonly #files: UsedFiles;
  /** Stored bytes per container of closed days, by path: they change only through compaction and retention. */
  readonly #closedBytes = new Map<string, ReadonlyMap<string, number>>();

  constructor(directory: string, files: UsedFiles) {
    this.#directory = directory;
    this.#files = files;
  }

  /** The rows of a day are others now. */
  changed(orgId: string, day: string): void {
    this.#closedBytes.delete(dayFile(this.#directory, orgId, day));
  }

  /** Stored bytes of a day's containers. */
  containerBytes(orgId: OrgId, day: string, isNewest: boolean): ReadonlyMap<string, number> {
    const path = dayFile(this.#directory, orgId, day);
    const known = this.#closedBytes.get(path);
    if (known !== undefined) return known;
    const bytes = new Map<string, number>();
    this.#onFile(orgId, day, ({ database }) => {
      const rows = database
        .prepare(
          `SELECT container_id, bytes FROM (SELECT container, sum(stored_bytes) AS bytes FROM pack GROUP BY container)
           JOIN container ON container.ref = container`,
        )
        .all();
      for (const row of rows) bytes.set(String(row.container_id), Number(row.bytes));
    });
    if (!isNewest) this.#closedBytes.set(path, bytes);
    return bytes;
  }

  /** Bytes of these orgs beyond a bound. Write-ahead logs go first: no line has to for what only waits to be written back. */
  excess(orgs: readonly OrgId[], bound: number | null): number {
    const bytes = (): number => orgs.reduce((sum, orgId) => sum + this.orgBytes(orgId), 0);
    if (excess(bytes(), bound) === 0) return 0;
    for (const orgId of orgs) this.#writeBack(orgId);
    return excess(bytes(), bound);
  }

  /** Bytes of an org's files. */
  orgBytes(orgId: OrgId): number {
    return listDays(this.#directory, orgId).reduce(
      (sum, day) => sum + bytesOnDisk(dayFile(this.#directory, orgId, day)),
      0,
    );
  }

  /** Bytes that must become free on the disk. */
  missingOnDisk(minFreeBytes: number): number {
    if (minFreeBytes <= 0 || !existsSync(this.#directory)) return 0;
    const { bavail, bsize } = statfsSync(this.#directory);
    return Math.max(0, minFreeBytes - bavail * bsize);
  }

  #writeBack(orgId: OrgId): void {
    for (const day of listDays(this.#directory, orgId)) {
      const log = statSync(`${dayFile(this.#directory, orgId, day)}-wal`, { throwIfNoEntry: false });
      if ((log?.size ?? 0) > 0) this.#onFile(orgId, day, ({ database }) => writeBack(database));
    }
  }

  #onFile(orgId: OrgId, day: string, use: (file: WritableFile) => void): void {
    onReadable(() => this.#files.withFile(orgId, day, use));
  }
}
