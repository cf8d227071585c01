/** Just enough of the ustar format to build an image root: directories, files and symbolic links with short names. */
export type TarEntry =
  | { readonly type: "directory"; readonly name: string; readonly mode: number }
  | { readonly type: "file"; readonly name: string; readonly mode: number; readonly content: Buffer }
  | { readonly type: "symlink"; readonly name: string; readonly target: string };

const BLOCK_BYTES = 512;
const TYPE_FLAGS = { file: "0", symlink: "2", directory: "5" } as const;

function header(entry: TarEntry): Buffer {
  if (entry.name.length > 99) throw new Error(`Name too long for a plain tar header: ${entry.name}`);
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, "0"), offset, "ascii");
  block.write(entry.name, 0, "ascii");
  octal(entry.type === "symlink" ? 0o777 : entry.mode, 100, 7);
  octal(0, 108, 7); // owner
  octal(0, 116, 7); // group
  octal(entry.type === "file" ? entry.content.length : 0, 124, 11);
  octal(0, 136, 11); // modification time: fixed, so that equal roots give equal archives
  block.fill(" ", 148, 156); // the checksum counts its own field as spaces
  block.write(TYPE_FLAGS[entry.type], 156, "ascii");
  if (entry.type === "symlink") block.write(entry.target, 157, "ascii");
  block.write("ustar\u000000", 257, "ascii");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block.write("\u0000 ", 154, "ascii");
  return block;
}

/** The whole archive in memory, with its two closing blocks. */
export function buildTar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    parts.push(header(entry));
    if (entry.type !== "file") continue;
    parts.push(entry.content, Buffer.alloc(-entry.content.length & (BLOCK_BYTES - 1)));
  }
  parts.push(Buffer.alloc(2 * BLOCK_BYTES));
  return Buffer.concat(parts);
}
