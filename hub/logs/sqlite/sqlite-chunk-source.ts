import type { ContainerId } from "@yardarm/protocol/ids";
import type { ChunkRow, ChunkSource, RowBody, RowsRequest } from "../chunk-walk.ts";
import { isIntact } from "../stored-row.ts";
import { isDamage } from "./sqlite-day-file.ts";
import type { Damage } from "./sqlite-messages.ts";
import { contentOf, NO_FILTER, type OpenFile, type OpenLogFiles } from "./sqlite-open-files.ts";

/** From so many containers on a file is asked at once which of them it holds: most files hold few of those that are gone. */
const HEADS_ASKED_TOGETHER = 8;

/** Rows and their bytes for walks over log files (`ChunkSource`). Damage is reported and stepped over. */
export class SqliteChunkSource {
  readonly #files: OpenLogFiles;
  readonly #damaged: (damage: Damage) => void;

  constructor(files: OpenLogFiles, damaged: (damage: Damage) => void) {
    this.#files = files;
    this.#damaged = damaged;
  }

  /** What `ChunkSource.listRows` says. */
  listRows(request: RowsRequest): Awaited<ReturnType<ChunkSource["listRows"]>> {
    const { orgId, order } = request;
    const files = [...this.#files.newestFirst(orgId)];
    if (order === "oldest") files.reverse();
    const held = new Map(files.map((file) => [file, containersIn(file, request)]));
    return request.heads.map((head) => {
      const rows: ChunkRow[] = [];
      for (const file of files) {
        if (rows.length >= request.limit) break;
        if (held.get(file)?.has(head.containerId) === false) continue;
        try {
          rows.push(...matchingRows(file, request, { head, limit: request.limit - rows.length }));
        } catch (error) {
          if (!isDamage(error)) throw error;
          this.#damaged({ orgId, containerId: head.containerId, file: file.path });
        }
      }
      return rows;
    });
  }

  /** What `ChunkSource.fetchBodies` says. */
  fetchBodies(orgId: string, rows: readonly ChunkRow[]): readonly RowBody[] {
    return rows.map((row) => {
      try {
        return row.place === null ? "damaged" : this.#fetchBody(orgId, row, row.place);
      } catch (error) {
        if (isDamage(error)) return "damaged";
        throw error;
      }
    });
  }

  #fetchBody(
    orgId: string,
    { containerId, firstSeq, endSeq }: ChunkRow,
    { day, ref }: NonNullable<ChunkRow["place"]>,
  ): RowBody {
    const file = this.#files.open(orgId, day);
    if (file === null) return "gone";
    const container = file.findContainer.get(containerId)?.ref;
    const found = file.row.get(ref);
    if (found === undefined || found.container !== container) return "gone";
    const row = contentOf(found);
    if (row.firstSeq !== firstSeq || row.endSeq !== endSeq) return "gone";
    return isIntact(row) ? { codec: row.codec, body: row.body as Uint8Array<ArrayBuffer> } : "damaged";
  }
}

/** Those of the containers asked for that have lines in the file; `null`: each has to be looked for. */
const containersIn = (file: OpenFile, { heads }: RowsRequest): ReadonlySet<unknown> | null => {
  if (heads.length < HEADS_ASKED_TOGETHER) return null;
  try {
    const found = file.holding.all(JSON.stringify(heads.map(({ containerId }) => containerId)));
    return new Set(found.map(({ container_id }) => container_id));
  } catch (error) {
    // Whoever is looked for meets the damage, and reports it.
    if (isDamage(error)) return null;
    throw error;
  }
};

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
