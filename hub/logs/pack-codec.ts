import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** How a pack's bytes are stored. */
export const PACK_PLAIN = 0;
export const PACK_ZSTD = 1;
/** Not a pack but one batch, compressed or not by its own header: what compaction makes. */
export const PACK_BATCH = 2;

/** Below this size compressing costs more than it saves: most of a row is then its own overhead. */
const WORTH_BYTES = 2 * 1024;
/** As small as level 3 on log lines, a third cheaper; compaction compresses for good. */
const LEVEL = 1;

export interface StoredPack {
  readonly codec: number;
  readonly rawBytes: number;
  readonly body: Uint8Array;
}

export const compressPack = (pack: Uint8Array, isCompressible: boolean): StoredPack => {
  const plain = { codec: PACK_PLAIN, rawBytes: pack.length, body: pack };
  if (!isCompressible || pack.length < WORTH_BYTES) return plain;
  const body = zstdCompressSync(pack, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  return body.length < pack.length ? { codec: PACK_ZSTD, rawBytes: pack.length, body } : plain;
};

/** @throws Error when the bytes are not what was stored */
export const openPack = ({ codec, rawBytes, body }: StoredPack): Uint8Array =>
  codec === PACK_PLAIN ? body : zstdDecompressSync(body, { maxOutputLength: rawBytes });
