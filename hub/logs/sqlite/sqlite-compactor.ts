import type { OrgId } from "@yardarm/protocol/ids";
import { mergeRows } from "../chunk-merge.ts";
import { type PlanRow, planCompaction } from "../compaction-plan.ts";
import { PACK_BATCH } from "../pack-codec.ts";
import { isIntact, type StoredRow } from "../stored-row.ts";
import {
  type Database,
  dayFile,
  isDamage,
  listDays,
  listOrgs,
  openForReading,
  type Statement,
} from "./sqlite-day-file.ts";
import type { Compaction, Damage } from "./sqlite-messages.ts";
import { contentOf, rowStatement } from "./sqlite-open-files.ts";

/** Groups that are planned ahead: the index is not walked again for each. */
const PLANNED_GROUPS = 256;

interface Row extends PlanRow {
  readonly ref: number;
}

interface Group {
  readonly orgId: OrgId;
  readonly day: string;
  readonly path: string;
  readonly containerRef: number;
  readonly rows: readonly Row[];
}

/** Finds rows that are due for compaction and merges them, in a thread of its own; only the writer replaces rows. */
export class SqliteCompactor {
  readonly #directory: string;
  readonly #damaged: (damage: Damage) => void;
  #planned: Group[] = [];
  /** Closed days in which nothing is left to do. */
  readonly #done = new Set<string>();
  /** Chunks that cannot be joined with their neighbours. */
  readonly #settled = new Set<string>();
  /** Rows that cannot be read: never planned again. */
  readonly #unreadable = new Set<string>();

  constructor(directory: string, damaged: (damage: Damage) => void) {
    this.#directory = directory;
    this.#damaged = damaged;
  }

  /** The next rows that are due, merged and verified; `null` when nothing is. `everything`: also what could still grow. */
  prepare(everything: boolean): Compaction | null {
    for (;;) {
      if (this.#planned.length === 0) this.#plan(everything);
      const group = this.#planned.shift();
      if (group === undefined) return null;
      const compaction = this.#merge(group);
      if (compaction !== null) return compaction;
    }
  }

  #merge(group: Group): Compaction | null {
    const { orgId, day, path, containerRef, rows } = group;
    const database = openForReading(path);
    if (database === null) return null;
    try {
      const statement = rowStatement(database);
      const contents: StoredRow[] = [];
      for (const row of rows) {
        const content = this.#read(statement, { path, row });
        if (content === "gone") return null;
        if (content === "damaged") {
          this.#unreadable.add(`${path} ${row.ref}`);
          const found = database.prepare("SELECT container_id FROM container WHERE ref = ?").get(containerRef);
          const { firstSeq, endSeq } = row;
          this.#damaged({ orgId, containerId: String(found?.container_id ?? "?"), firstSeq, endSeq });
          return null;
        }
        contents.push(content);
      }
      const merged = this.#mergeContents(contents, group);
      if (merged === null) return null;
      const replaced = rows.map(({ ref, firstSeq, endSeq }) => ({ ref, firstSeq, endSeq }));
      return { orgId, day, containerRef, replaced, rows: merged };
    } finally {
      database.close();
    }
  }

  #mergeContents(contents: readonly StoredRow[], { path, rows }: Group): readonly StoredRow[] | null {
    const merged = mergeRows(contents);
    if (merged.length < rows.length || rows.some((row) => row.codec !== PACK_BATCH)) return merged;
    // Their stamps lie too far apart for one chunk.
    for (const { ref } of rows) this.#settled.add(`${path} ${ref}`);
    return null;
  }

  #read(
    statement: Statement,
    { path, row }: { readonly path: string; readonly row: Row },
  ): StoredRow | "gone" | "damaged" {
    try {
      const found = statement.get(row.ref);
      if (found === undefined) return "gone";
      const content = contentOf(found);
      if (content.firstSeq !== row.firstSeq || content.endSeq !== row.endSeq) return "gone";
      return isIntact(content) ? content : "damaged";
    } catch (error) {
      if (isDamage(error)) return "damaged";
      throw new Error(`Reading ${path} failed.`, { cause: error });
    }
  }

  #plan(everything: boolean): void {
    for (const orgId of listOrgs(this.#directory)) {
      const days = listDays(this.#directory, orgId);
      for (const day of days) {
        if (this.#planned.length >= PLANNED_GROUPS) return;
        const path = dayFile(this.#directory, orgId, day);
        const isClosed = day !== days.at(-1);
        if (this.#done.has(path)) continue;
        try {
          const groups = this.#planFile(path, isClosed || everything);
          this.#planned.push(...groups.map((group) => ({ ...group, orgId: orgId as OrgId, day, path })));
          if (isClosed && groups.length === 0) this.#done.add(path);
        } catch (error) {
          if (!isDamage(error)) throw error;
          this.#done.add(path);
          this.#damaged({ orgId, containerId: null, file: path });
        }
      }
    }
  }

  #planFile(path: string, isClosed: boolean): readonly Pick<Group, "containerRef" | "rows">[] {
    const database = openForReading(path);
    if (database === null) return [];
    try {
      const groups: Pick<Group, "containerRef" | "rows">[] = [];
      for (const { containerRef, rows } of byContainer(database)) {
        const readable = rows.filter(({ ref }) => !this.#unreadable.has(`${path} ${ref}`));
        for (const group of planCompaction(readable, isClosed)) {
          if (group.some(({ ref }) => !this.#settled.has(`${path} ${ref}`))) groups.push({ containerRef, rows: group });
        }
        if (groups.length >= PLANNED_GROUPS) break;
      }
      return groups;
    } finally {
      database.close();
    }
  }
}

/** All rows of a file, container by container, out of its index. */
function* byContainer(database: Database): Generator<{ readonly containerRef: number; readonly rows: readonly Row[] }> {
  const statement = database.prepare(
    "SELECT container, ref, first_seq, end_seq, codec, raw_bytes FROM pack ORDER BY container, first_seq",
  );
  let containerRef = -1;
  let rows: Row[] = [];
  for (const row of statement.iterate()) {
    if (Number(row.container) !== containerRef) {
      if (rows.length > 0) yield { containerRef, rows };
      containerRef = Number(row.container);
      rows = [];
    }
    rows.push({
      ...{ ref: Number(row.ref), firstSeq: Number(row.first_seq), endSeq: Number(row.end_seq) },
      ...{ codec: Number(row.codec), rawBytes: Number(row.raw_bytes) },
    });
  }
  if (rows.length > 0) yield { containerRef, rows };
}
