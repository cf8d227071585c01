/** Rotated files that the engine has compressed. */
import { createGunzip } from "node:zlib";
import { parseTimestampNs } from "../../docker/timestamps.ts";
import type { LogFile } from "./log-file.ts";

const HEADER_BYTES = 10;
const LONGEST_EXTRA_BYTES = 1024;
const MAGIC = 0x1f8b;
const FLAG_EXTRA = 0x04;
const CHUNK_BYTES = 64 * 1024;

/** Stamp of the file's last line, which the engine notes in the header; `null` where it did not. */
export const lastStampOf = (file: LogFile): bigint | null => {
  const head = Buffer.alloc(HEADER_BYTES + 2 + LONGEST_EXTRA_BYTES);
  const length = file.read(head, 0, head.length, 0);
  if (length < HEADER_BYTES + 2 || head.readUInt16BE(0) !== MAGIC) return null;
  if (((head[3] as number) & FLAG_EXTRA) === 0) return null;
  const start = HEADER_BYTES + 2;
  const end = start + head.readUInt16LE(HEADER_BYTES);
  if (end > length) return null;
  try {
    const { lastTime } = JSON.parse(head.toString("utf8", start, end)) as { readonly lastTime?: unknown };
    return typeof lastTime === "string" ? parseTimestampNs(lastTime) : null;
  } catch {
    return null; // somebody else's extra field
  }
};

/** The file's text, piece by piece, each at most 64 KiB. Throws where the file is cut off or damaged. */
export async function* gunzipped(file: LogFile): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let position = 0;
  const feed = (): void => {
    if (gunzip.destroyed) return;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = file.read(chunk, 0, chunk.length, position);
    position += length;
    if (length === 0) gunzip.end();
    else gunzip.write(chunk.subarray(0, length), feed);
  };
  feed();
  for await (const piece of gunzip) yield piece as Buffer;
}
