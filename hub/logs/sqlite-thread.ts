import { parentPort, workerData } from "node:worker_threads";
import type { PackedBatches, ThreadAnswers, ThreadData, ThreadReply, ThreadRequest } from "./sqlite-messages.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

/**
 * Body of the log store's threads. The store starts it twice: one thread writes, the other reads, so that a group commit
 * and a backfill never wait for each other.
 */
const { directory } = workerData as ThreadData;
const writer = new SqliteWriter(directory);
const reader = new SqliteReader(directory);

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
      return reader.cursors(request.orgId, request.containerIds) as ThreadAnswers["cursors"];
    case "firstSeq":
      return reader.firstSeq(request.orgId, request.containerId);
    case "range":
      return packed(reader.range(request));
    case "tail":
      return packed(reader.tail(request));
  }
};

const port = parentPort;
port?.on("message", ({ id, request }: { readonly id: number; readonly request: ThreadRequest | null }) => {
  if (request === null) {
    writer.close();
    reader.close();
    port.close();
    return;
  }
  try {
    const result = answer(request);
    const reply: ThreadReply = { id, ok: true, answer: result };
    const isPacked = typeof result === "object" && result !== null && "bytes" in result;
    port.postMessage(reply, isPacked ? [result.bytes.buffer] : []);
  } catch (error) {
    const reply: ThreadReply = {
      id,
      ok: false,
      error: error instanceof Error ? (error.stack ?? error.message) : "failed",
    };
    port.postMessage(reply);
  }
});
