import type { ChunkRead, StoredChunk } from "../log-chunk.ts";
import type { UnreadableChunk } from "./scan-job.ts";

/** Raw bytes that go to a thread at once: enough to make the way there worth it, little enough to be answered soon. */
const GROUP_RAW_BYTES = 1024 * 1024;
const GROUP_CHUNKS = 64;

/** Neighbours of the store's walk that are scanned together. */
export interface ChunkGroup {
  readonly chunks: readonly StoredChunk[];
  readonly rawBytes: number;
  readonly unreadable: readonly UnreadableChunk[];
  /** The first chunk behind the group; `null` at the end of the walk. */
  readonly next: StoredChunk | null;
}

/** Puts the chunks of a walk into groups. @param budgetBytes a group is not made larger than what may be scanned at all */
export async function* groupChunks(
  reads: AsyncIterable<ChunkRead>,
  budgetBytes: number = GROUP_RAW_BYTES,
): AsyncGenerator<ChunkGroup, void, void> {
  const groupBytes = Math.min(GROUP_RAW_BYTES, budgetBytes);
  let chunks: StoredChunk[] = [];
  let unreadable: UnreadableChunk[] = [];
  let rawBytes = 0;
  for await (const read of reads) {
    if (read.kind === "damaged") {
      const { containerId, firstSeq, endSeq } = read;
      unreadable.push({ containerId, firstSeq, endSeq });
      continue;
    }
    const { chunk } = read;
    if (chunks.length > 0 && (rawBytes + chunk.rawBytes > groupBytes || chunks.length >= GROUP_CHUNKS)) {
      yield { chunks, rawBytes, unreadable, next: chunk };
      chunks = [];
      unreadable = [];
      rawBytes = 0;
    }
    chunks.push(chunk);
    rawBytes += chunk.rawBytes;
  }
  if (chunks.length > 0 || unreadable.length > 0) yield { chunks, rawBytes, unreadable, next: null };
}

/**
 * Maps with up to `ahead` calls under way; results come in the order of the items. When the reader leaves, nothing more is
 * started and the source is left too.
 */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item>,
  ahead: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<readonly [Item, Result], void, void> {
  const iterator = items[Symbol.asyncIterator]();
  const running: { readonly item: Item; readonly result: Promise<Result> }[] = [];
  try {
    for (let isEnd = false; ; ) {
      while (!isEnd && running.length < ahead) {
        const { done, value } = await iterator.next();
        if (done === true) {
          isEnd = true;
        } else {
          const result = map(value);
          result.catch(() => {}); // whoever waits for it is told
          running.push({ item: value, result });
        }
      }
      const first = running.shift();
      if (first === undefined) return;
      yield [first.item, await first.result];
    }
  } finally {
    await iterator.return?.();
  }
}
