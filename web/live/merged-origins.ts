import type { LogStore } from "./log-store.ts";

/** Where the line at each place of a merged view comes from. */
export type LineOrigin = {
  /** The container's number in the view. */
  readonly source: number;
  /** The line's own number in its container. */
  readonly seq: number;
  /** It came too late to be put where it belongs. */
  readonly isLate: boolean;
};

const BLOCK_LINES = 1_024;

type Block = { readonly sources: Uint16Array; readonly seqs: Float64Array; readonly late: Uint8Array };

export class MergedOrigins {
  readonly #blocks = new Map<number, Block>();

  set(place: number, { source, seq, isLate }: LineOrigin): void {
    const number = Math.floor(place / BLOCK_LINES);
    const block = this.#blocks.get(number) ?? newBlock();
    this.#blocks.set(number, block);
    const index = place % BLOCK_LINES;
    block.sources[index] = source;
    block.seqs[index] = seq;
    block.late[index] = isLate ? 1 : 0;
  }

  /** Only for places that were set and not forgotten. */
  at(place: number): LineOrigin {
    const block = this.#blocks.get(Math.floor(place / BLOCK_LINES));
    const index = place % BLOCK_LINES;
    return {
      source: block?.sources[index] ?? 0,
      seq: block?.seqs[index] ?? 0,
      isLate: block?.late[index] === 1,
    };
  }

  /** Forgets what the store no longer holds. */
  keepOnly(store: LogStore): void {
    const held = new Set<number>();
    for (const { firstSeq, endSeq } of store.chunks) {
      for (let block = Math.floor(firstSeq / BLOCK_LINES); block * BLOCK_LINES < endSeq; block++) held.add(block);
    }
    for (const number of this.#blocks.keys()) if (!held.has(number)) this.#blocks.delete(number);
  }

  get blockCount(): number {
    return this.#blocks.size;
  }
}

const newBlock = (): Block => ({
  sources: new Uint16Array(BLOCK_LINES),
  seqs: new Float64Array(BLOCK_LINES),
  late: new Uint8Array(BLOCK_LINES),
});
