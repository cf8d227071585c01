import type { ChunkRead, StoredChunk } from "../log-chunk.ts";

/**
 * The same reads with large chunks in several parts: each holds the whole chunk's bytes and asks for some of its lines, so that
 * no more of it is written at once than somebody has room for. Every part is opened anew.
 *
 * @param rawBytes what a part may be about, once it is open
 */
export async function* splitChunks(
  reads: AsyncIterable<ChunkRead>,
  rawBytes: number,
): AsyncGenerator<ChunkRead, void, void> {
  for await (const read of reads) {
    if (read.kind === "damaged") yield read;
    else for (const chunk of partsOf(read.chunk, rawBytes)) yield { kind: "chunk", chunk };
  }
}

function* partsOf(chunk: StoredChunk, rawBytes: number): Generator<StoredChunk, void, void> {
  const { fromSeq, endSeq } = chunk.wanted;
  const parts = Math.max(1, Math.ceil(chunk.rawBytes / rawBytes));
  const lines = Math.max(1, Math.ceil((endSeq - fromSeq) / parts));
  for (let seq = fromSeq; seq < endSeq; seq += lines) {
    const wanted = { fromSeq: seq, endSeq: Math.min(seq + lines, endSeq) };
    // What is handed over to a thread is gone: all but the last part have a copy.
    const body = wanted.endSeq === endSeq ? chunk.body : chunk.body.slice();
    yield { ...chunk, wanted, body, rawBytes: Math.ceil(chunk.rawBytes / parts) };
  }
}
