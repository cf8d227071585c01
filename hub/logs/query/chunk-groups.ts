import type { ChunkRead, StoredChunk, UnreadableChunk } from "../log-chunk.ts";

/** Raw bytes that go to a thread at once: enough to make the way there worth it, little enough to be answered soon. */
const GROUP_RAW_BYTES = 1024 * 1024;
const GROUP_CHUNKS = 64;

/** Neighbours of the store's walk that are scanned together. */
export interface ChunkGroup {
  readonly chunks: readonly StoredChunk[];
  readonly rawBytes: number;
  /** Damaged ones that the walk met in front of the chunks, and behind them. */
  readonly unreadableBefore: readonly UnreadableChunk[];
  readonly unreadableBehind: readonly UnreadableChunk[];
  /** The first chunk behind the group; `null` at the end of the walk. */
  readonly next: StoredChunk | null;
}

/** Puts the chunks of a walk into groups. @param budgetBytes a group is not made larger than what may be scanned at all */
export async function* groupChunks(
  reads: AsyncIterable<ChunkRead>,
  budgetBytes: number = GROUP_RAW_BYTES,
): AsyncGenerator<ChunkGroup, void, void> {
  const groupBytes = Math.min(GROUP_RAW_BYTES, budgetBytes);
  let group = new OpenGroup();
  for await (const read of reads) {
    if (read.kind === "damaged") {
      group.addUnreadable(read);
      continue;
    }
    const { chunk } = read;
    if (!group.hasRoomFor(chunk, groupBytes)) {
      yield group.close(chunk);
      group = new OpenGroup();
    }
    group.add(chunk);
  }
  if (!group.isEmpty) yield group.close(null);
}

class OpenGroup {
  readonly #chunks: StoredChunk[] = [];
  readonly #unreadableBefore: UnreadableChunk[] = [];
  readonly #unreadableBehind: UnreadableChunk[] = [];
  #rawBytes = 0;

  get isEmpty(): boolean {
    return this.#chunks.length + this.#unreadableBefore.length === 0;
  }

  /** What is damaged keeps its place: nothing follows it within the group. */
  hasRoomFor({ rawBytes }: StoredChunk, groupBytes: number): boolean {
    if (this.#chunks.length === 0) return true;
    return (
      this.#rawBytes + rawBytes <= groupBytes &&
      this.#chunks.length < GROUP_CHUNKS &&
      this.#unreadableBehind.length === 0
    );
  }

  add(chunk: StoredChunk): void {
    this.#chunks.push(chunk);
    this.#rawBytes += chunk.rawBytes;
  }

  addUnreadable({ containerId, firstSeq, endSeq, minTsNs, maxTsNs }: UnreadableChunk): void {
    const list = this.#chunks.length === 0 ? this.#unreadableBefore : this.#unreadableBehind;
    list.push({ containerId, firstSeq, endSeq, minTsNs, maxTsNs });
  }

  close(next: StoredChunk | null): ChunkGroup {
    return {
      ...{ chunks: this.#chunks, rawBytes: this.#rawBytes, next },
      ...{ unreadableBefore: this.#unreadableBefore, unreadableBehind: this.#unreadableBehind },
    };
  }
}

/** Lines of a group that cannot be read, those that its scan found included. */
export const unreadableLinesOf = (
  { unreadableBefore, unreadableBehind }: ChunkGroup,
  scanned: readonly UnreadableChunk[],
): number =>
  [...unreadableBefore, ...scanned, ...unreadableBehind].reduce(
    (sum, { firstSeq, endSeq }) => sum + endSeq - firstSeq,
    0,
  );

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
