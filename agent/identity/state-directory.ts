/** The directory that holds what must outlive the process: 0700, files 0600, each file replaced as a whole or not at all. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

export interface StateDirectory {
  readonly path: string;
  /** The file's text, or `null` when there is none. Throws when it cannot be read. */
  read(name: string): string | null;
  /** Durable when it returns: the old content stays until the new one is on the disk. */
  write(name: string, text: string): void;
  /** Durable when it returns. A file that is not there is no error. */
  remove(name: string): void;
}

/** Makes the directory when it is missing, and private when it was not. Throws an `Error` whose message says what to do. */
export const openStateDirectory = (path: string): StateDirectory => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (cause) {
    const advice = "set AGENT_STATE_DIR to a directory that this user owns";
    throw new Error(`The state directory ${path} cannot be made private: ${advice}.`, { cause });
  }
  return {
    path,
    read(name) {
      try {
        return readFileSync(join(path, name), "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      }
    },
    write(name, text) {
      const temporary = join(path, `${name}.new`);
      const file = openSync(temporary, "w", 0o600);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, join(path, name));
      syncDirectory(path);
    },
    remove(name) {
      rmSync(join(path, name), { force: true });
      syncDirectory(path);
    },
  };
};

/** A rename is durable only once its directory is. */
const syncDirectory = (path: string): void => {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
};
