import { statfsSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Where Linux keeps files in memory. */
const MEMORY = "/dev/shm";
/** Less room than this and tests use the disk: containers often have 64 MiB there, and a hub wants a gigabyte to stay free. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** A directory of its own under the system's temporary directory; `await using` removes it with everything inside. */
export interface TempDir extends AsyncDisposable {
  /** Absolute, without symbolic links; short enough for unix sockets. */
  readonly path: string;
  remove(): Promise<void>;
}

/** @param name a short word that tells a person who left it, should a crash leave it behind */
export const makeTempDir = (name: string): Promise<TempDir> => makeDirIn(tmpdir(), name);

/**
 * One for a database that is written often and outlives no machine: in memory, where `fsync` takes no time, else on disk.
 *
 * @param name as for `makeTempDir`
 */
export const makeMemoryDir = (name: string): Promise<TempDir> => makeDirIn(hasRoom(MEMORY) ? MEMORY : tmpdir(), name);

const makeDirIn = async (parent: string, name: string): Promise<TempDir> => {
  const directory = await mkdtemp(path.join(await realpath(parent), `yardarm-${name}-`));
  const remove = () => rm(directory, { recursive: true, force: true });
  return { path: directory, remove, [Symbol.asyncDispose]: remove };
};

const hasRoom = (directory: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    return false;
  }
};
