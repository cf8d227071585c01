import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { parseCursor } from "../commit-check.ts";
import { cursorOfLines, REPAIR_LINES } from "../cursor-repair.ts";
import { type DamagedSpan, damagedSpan } from "../damaged-lines.ts";
import { RangeReading } from "../range-reading.ts";
import type { EvictionReason, LogsSince } from "../retention.ts";
import { isIntact, type RowRead, readBatches, type StoredRow } from "../stored-row.ts";
import { cursorState, isDamage } from "./sqlite-day-file.ts";
import type { Damage, RangeRequest, TailRequest } from "./sqlite-messages.ts";
import { contentOf, NO_FILTER, type OpenFile, type OpenLogFiles } from "./sqlite-open-files.ts";

/** Stored bytes that are read to make a cursor again. */
const REPAIR_BYTES = 1024 * 1024;

/** Reads log files for the relay. Damage is reported, and a loss record stands in the place of what cannot be read. */
export class SqliteReader {
  readonly #files: OpenLogFiles;
  readonly #damaged: (damage: Damage) => void;

  constructor(files: OpenLogFiles, damaged: (damage: Damage) => void) {
    this.#files = files;
    this.#damaged = damaged;
  }

  /** The committed cursors: the newest file has them all. Where it cannot be read, what the one before says is salvaged. */
  cursors(orgId: OrgId, containerIds: readonly ContainerId[]): ReadonlyMap<ContainerId, LogCursor> {
    const found = new Map<ContainerId, LogCursor>();
    let isNewest = true;
    for (const file of this.#files.newestFirst(orgId)) {
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

  range({ orgId, containerId, ...bounds }: RangeRequest): readonly Uint8Array[] {
    const reading = new RangeReading(bounds);
    // Seqs grow with the days: oldest file first. What a salvaged cursor had numbered again is not read twice.
    for (const file of [...this.#files.newestFirst(orgId)].reverse()) {
      const range = { orgId, containerId, fromSeq: reading.nextSeq, endSeq: bounds.toSeq, order: "oldest" } as const;
      for (const read of this.#rows(file, range)) if (!reading.take(read)) return reading.batches;
    }
    return reading.batches;
  }

  tail({ orgId, containerId, lines, maxBytes }: TailRequest): readonly Uint8Array[] {
    const newestFirst: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    if (lines <= 0) return [];
    const everything = { orgId, containerId, fromSeq: 0, endSeq: Number.MAX_SAFE_INTEGER, order: "newest" } as const;
    for (const file of this.#files.newestFirst(orgId)) {
      for (const read of this.#rows(file, everything)) {
        const { endSeq } = read.row;
        for (const batch of [...readBatches(read, { fromSeq: endSeq - (lines - count), endSeq })].reverse()) {
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
    const files = [...this.#files.newestFirst(orgId)];
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

  /** Rows of a container that overlap a range, as of one moment. */
  *#rows(
    file: OpenFile,
    range: {
      readonly orgId: string;
      readonly containerId: string;
      readonly fromSeq: number;
      readonly endSeq: number;
      readonly order: "newest" | "oldest";
    },
  ): Generator<RowRead, void, void> {
    const { orgId, containerId, fromSeq, endSeq, order } = range;
    file.database.exec("BEGIN");
    try {
      const ref = file.findContainer.get(containerId)?.ref;
      if (ref === undefined) return;
      const statement = order === "oldest" ? file.ascending : file.descending;
      for (const found of statement.iterate(ref, fromSeq, endSeq, ...NO_FILTER, -1)) {
        const span = damagedSpan({
          ...{ firstSeq: Number(found.first_seq), endSeq: Number(found.end_seq) },
          ...{ minTsNs: found.min_ts_ns as bigint, maxTsNs: found.max_ts_ns as bigint },
        });
        const row = this.#intact(file, Number(found.ref), span);
        if (row === null) {
          this.#damaged({ orgId, containerId, firstSeq: span.firstSeq, endSeq: span.endSeq });
          yield { kind: "damaged", row: span };
        } else {
          yield { kind: "intact", row };
        }
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged({ orgId, containerId, file: file.path });
    } finally {
      if (file.database.isTransaction) file.database.exec("ROLLBACK");
    }
  }

  #intact(file: OpenFile, ref: number, { firstSeq }: DamagedSpan): StoredRow | null {
    try {
      const found = file.row.get(ref);
      const row = found === undefined ? null : contentOf(found);
      // What the index says besides is the row's to say: its checksum covers it.
      return row !== null && row.firstSeq === firstSeq && isIntact(row) ? row : null;
    } catch (error) {
      if (isDamage(error)) return null;
      throw error;
    }
  }
}
