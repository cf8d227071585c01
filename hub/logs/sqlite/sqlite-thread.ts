import { parentPort, workerData } from "node:worker_threads";
import { mergeRows } from "../chunk-merge.ts";
import { stepBack } from "../step-back.ts";
import type { StoredRow } from "../stored-row.ts";
import { SqliteChunkSource } from "./sqlite-chunk-source.ts";
import { SqliteCompactor } from "./sqlite-compactor.ts";
import type {
  Compaction,
  Damage,
  PackedBatches,
  ThreadAnswers,
  ThreadData,
  ThreadReply,
  ThreadRequest,
} from "./sqlite-messages.ts";
import { OpenLogFiles } from "./sqlite-open-files.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

/**
 * Body of the log store's threads. The store starts it several times: one writes, one reads for the relay, one compacts, so that
 * a group commit, a backfill and a merge never wait for each other.
 */
const { directory, isBackground = false } = workerData as ThreadData;
if (isBackground) stepBack();
const port = parentPort;
const damaged = (damage: Damage): void => port?.postMessage({ id: null, damage } satisfies ThreadReply);
const writer = new SqliteWriter(directory, damaged);
const files = new OpenLogFiles(directory, damaged);
const reader = new SqliteReader(files, damaged);
const chunkSource = new SqliteChunkSource(files, damaged);
const compactor = new SqliteCompactor(directory, damaged);

const packed = (batches: readonly Uint8Array[]): PackedBatches => {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + batch.length, 0));
  const spans: (readonly [number, number])[] = [];
  let at = 0;
  for (const batch of batches) {
    bytes.set(batch, at);
    spans.push([at, at + batch.length]);
    at += batch.length;
  }
  return { bytes, spans };
};

const answer = (request: ThreadRequest): ThreadAnswers[keyof ThreadAnswers] => {
  switch (request.kind) {
    case "commit":
      return writer.commit(request);
    case "cursors":
      return reader.cursors(request.orgId, request.containerIds);
    case "since":
      return reader.since(request.orgId, request.containerIds) as ThreadAnswers["since"];
    case "firstSeq":
      return reader.firstSeq(request.orgId, request.containerId);
    case "range":
      return packed(reader.range(request));
    case "tail":
      return packed(reader.tail(request));
    case "listRows":
      return chunkSource.listRows(request);
    case "fetchBodies":
      return chunkSource.fetchBodies(request.orgId, request.rows);
    case "forget":
      files.forget(request.orgId, request.days);
      return null;
    case "prepare":
      return compactor.prepare(request.everything);
    case "swap":
      return writer.swap(request.compaction);
    case "merge":
      return mergeRows(request.rows);
    case "evict":
      return writer.evict(request.nowMs, request.limits);
  }
};

/** What need not be copied on its way out. */
const buffersOf = (request: ThreadRequest, result: ThreadAnswers[keyof ThreadAnswers]): ArrayBuffer[] => {
  switch (request.kind) {
    case "range":
    case "tail":
      return [(result as PackedBatches).bytes.buffer];
    case "fetchBodies": {
      const bodies = result as ThreadAnswers["fetchBodies"];
      return bodies.flatMap((body) => (typeof body === "string" ? [] : [body.body.buffer]));
    }
    case "prepare":
    case "merge": {
      const rows = request.kind === "merge" ? (result as readonly StoredRow[]) : (result as Compaction | null)?.rows;
      return [...new Set((rows ?? []).map(({ body }) => body.buffer as ArrayBuffer))];
    }
    default:
      return [];
  }
};

port?.on("message", ({ id, request }: { readonly id: number; readonly request: ThreadRequest | null }) => {
  if (request === null) {
    writer.close();
    files.close();
    port.close();
    return;
  }
  try {
    const result = answer(request);
    port.postMessage({ id, ok: true, answer: result } satisfies ThreadReply, buffersOf(request, result));
  } catch (error) {
    const reply: ThreadReply = {
      id,
      ok: false,
      error: error instanceof Error ? (error.stack ?? error.message) : "failed",
    };
    port.postMessage(reply);
  }
});
