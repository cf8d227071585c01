/** One file of a container's log, held open: it can be read to its end also after the engine has removed it. */
import { closeSync, fstatSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type LogDirectory, listLogFiles, openLogFile } from "./log-directory.ts";

/** So often a directory is looked at again when the engine rotates meanwhile. */
const ATTEMPTS = 8;

export class LogFile {
  readonly isCompressed: boolean;
  /** Device and inode: which file this is, as long as it is held open. */
  readonly identity: string;
  /** Only when it is exact as a Number. */
  readonly inode: number | null;
  readonly #fd: number;
  #isClosed = false;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.isCompressed = name.endsWith(".gz");
    const stat = fstatSync(fd, { bigint: true });
    this.identity = identityOf(stat);
    this.inode = stat.ino <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(stat.ino) : null;
  }

  get sizeBytes(): number {
    return fstatSync(this.#fd).size;
  }

  /** When it was written last, ns since the epoch. */
  get writtenAtNs(): bigint {
    return fstatSync(this.#fd, { bigint: true }).mtimeNs;
  }

  /** When it was made, ns since the epoch; 0 where the file system does not know. */
  get madeAtNs(): bigint {
    return fstatSync(this.#fd, { bigint: true }).birthtimeNs;
  }

  /** When it was renamed or removed last, ns since the epoch. */
  get renamedAtNs(): bigint {
    return fstatSync(this.#fd, { bigint: true }).ctimeNs;
  }

  /** True once no name leads to it any more. */
  get isRemoved(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  /** Reads into `target` from `at` on; returns how many bytes there were. */
  read(target: Buffer, at: number, bytes: number, position: number): number {
    return readSync(this.#fd, target, at, bytes, position);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}

type Identified = { readonly dev: bigint; readonly ino: bigint };
const identityOf = ({ dev, ino }: Identified): string => `${dev}:${ino}`;

/** Which file the current name leads to; `null` between two files. */
export const currentIdentity = ({ path, fileName }: LogDirectory): string | null => {
  const stat = statSync(join(path, fileName), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : identityOf(stat);
};

export type OpenedFiles = {
  /** Oldest first. */
  readonly files: readonly LogFile[];
  /** False when the engine has rotated while they were opened: the oldest and the newest may be missing. */
  readonly isOneMoment: boolean;
};

/**
 * Opens all files, newest first: when the engine rotates meanwhile, one is met twice, but none in the middle is missed.
 * Throws what the file system says.
 */
export const openLogFiles = (directory: LogDirectory): OpenedFiles => {
  for (let attempt = 1; ; attempt++) {
    const names = listLogFiles(directory);
    const files: LogFile[] = [];
    try {
      for (const name of names.toReversed()) files.push(new LogFile(openLogFile(directory, name), name));
    } catch (error) {
      for (const file of files) file.close();
      const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isGone || attempt === ATTEMPTS) throw error;
      continue;
    }
    const identities = new Set(files.map(({ identity }) => identity));
    const isOneMoment = identities.size === files.length && files[0]?.identity === currentIdentity(directory);
    if (isOneMoment || attempt === ATTEMPTS) return { files: withoutDoubles(files).toReversed(), isOneMoment };
    for (const file of files) file.close();
  }
};

const withoutDoubles = (files: readonly LogFile[]): LogFile[] => {
  const seen = new Set<string>();
  return files.filter((file) => {
    const isNew = !seen.has(file.identity);
    if (isNew) seen.add(file.identity);
    else file.close();
    return isNew;
  });
};
