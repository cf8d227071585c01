import { accessSync, constants, mkdirSync } from "node:fs";
import path from "node:path";
import { ProtocolError } from "@yardarm/protocol/errors";
import { SqliteDatabase, sqliteCode } from "./sqlite/node-sqlite.ts";

const BUSY = 5;

/** A data directory that belongs to this process until it ends. */
export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Lets another hub have it; the end of the process, however it comes, does the same. */
  readonly release: () => void;
}

/**
 * Creates the directory when needed and takes its lock: an exclusive transaction on a database of its own that is never
 * committed. The kernel drops that lock with the process, so a killed hub leaves nothing to clean up.
 *
 * @throws ProtocolError with a sentence: `storage_unavailable` when it cannot be written, `conflict` when another hub
 *   runs on it
 */
export const openDataDirectory = (directory: string): DataDirectory => {
  const absolute = path.resolve(directory);
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o700 });
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw notWritable(absolute, cause);
  }
  let lock: SqliteDatabase | undefined;
  try {
    lock = new SqliteDatabase(path.join(absolute, "hub.lock"), { timeout: 0 });
    lock.exec("begin exclusive");
  } catch (cause) {
    if (lock?.isOpen) lock.close();
    if (sqliteCode(cause) !== BUSY) throw notWritable(absolute, cause);
    throw new ProtocolError(
      "conflict",
      `Another hub is already running on the data directory ${absolute}. Stop it, or give this one a directory of its own (YARDARM_DATA).`,
      { cause },
    );
  }
  const held = lock;
  return {
    path: absolute,
    release: () => {
      if (held.isOpen) held.close();
    },
  };
};

const notWritable = (directory: string, cause: unknown): ProtocolError => {
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ProtocolError(
    "storage_unavailable",
    `The data directory ${directory} cannot be created or written${code}. Give the hub's user access to it, or choose another one with YARDARM_DATA.`,
    { cause },
  );
};
