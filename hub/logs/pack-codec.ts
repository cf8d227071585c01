import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** How a pack's bytes are stored. */
const PACK_PLAIN = 0;
const PACK_ZSTD = 1;
/** Not a pack but one batch, compressed or not by its own header: what compaction makes. */
export const PACK_BATCH = 2;

/** Below this size compressing costs more than it saves: most of a row is then its own overhead. */
const WORTH_BYTES = 2 * 1024;
/** As small as level 3 on log lines, and cheaper. */
const LEVEL = 1;
/** More than any pack has when it is open, whatever damaged bytes claim. */
const OPEN_BYTES = 2 * 1024 * 1024;

export interface StoredBody {
  readonly codec: number;
  readonly body: Uint8Array;
}

export const compressPack = (pack: Uint8Array, isCompressible: boolean): StoredBody => {
  const plain = { codec: PACK_PLAIN, body: pack };
  if (!isCompressible || pack.length < WORTH_BYTES) return plain;
  const body = zstdCompressSync(pack, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  return body.length < pack.length ? { codec: PACK_ZSTD, body } : plain;
};

/** @throws Error when the bytes are not what was stored */
export const openPack = ({ codec, body }: StoredBody): Uint8Array =>
  codec === PACK_PLAIN ? body : zstdDecompressSync(body, { maxOutputLength: OPEN_BYTES });
