/**
 * The files of one log from where a reading stands to the newest, each held open from the moment it is known: what the
 * engine rotates away meanwhile is still read.
 */

import type { ReadFrom } from "../log-source.ts";
import { findBeginning, hasLostBeginning } from "./file-search.ts";
import { lastStampOf } from "./gzip-log.ts";
import type { LogDirectory } from "./log-directory.ts";
import { currentIdentity, type LogFile, type OpenedFiles, openLogFiles } from "./log-file.ts";

/** Removed files keep their disk space while they are held: no more are taken beyond either limit. */
const HELD_FILES = 64;
const HELD_BYTES = 64 * 1024 * 1024;

type Link = {
  readonly file: LogFile;
  readonly offset: number;
  /** The file before it is not known: the engine may have rotated some away in between. */
  readonly isBehindGap: boolean;
};

/** `gap`: files may be missing in front of it. `unknown`: what is in it may have been read already, and cannot be told. */
export type NextFile =
  | { readonly kind: "next" | "gap"; readonly file: LogFile }
  | { readonly kind: "none" | "unknown" };

/**
 * True when the oldest file certainly is the one behind `removed`. A rotation removes the oldest file and makes the current
 * one: if the file in front of the current one is older than the removal, no rotation came after that of the removal, and
 * so nothing else has been removed.
 */
const isNextOf = (removed: LogFile, { files, isOneMoment }: OpenedFiles): boolean => {
  const [current, before] = files.toReversed();
  if (!isOneMoment || current === undefined || before === undefined || !removed.isRemoved) return false;
  const removedAtNs = removed.renamedAtNs;
  const isCompressed = files.some((file) => file.isCompressed);
  return !isCompressed && before.madeAtNs > 0n && before.madeAtNs < removedAtNs && current.madeAtNs >= removedAtNs;
};

export class FileChain {
  // fixed
  readonly #directory: LogDirectory;
  // state: the file that is read first, the newest known last
  #links: Link[] = [];

  /** The log's beginning was asked for, and is gone. */
  readonly hasLostBeginning: boolean;

  /**
   * Opens what a reading from `from` needs. `maxFiles`: so many the engine keeps, as far as is known. Throws what the file
   * system says.
   */
  constructor(directory: LogDirectory, from: ReadFrom, maxFiles: number) {
    this.#directory = directory;
    const { files } = openLogFiles(directory);
    const { index, offset } = findBeginning(files, from);
    this.hasLostBeginning = from.kind === "beginning" && hasLostBeginning(files, maxFiles);
    for (const file of files.slice(0, index)) file.close();
    this.#links = files.slice(index).map((file, at) => ({ file, offset: at === 0 ? offset : 0, isBehindGap: false }));
  }

  /** The file that is read now, and where it began to be. */
  get first(): { readonly file: LogFile; readonly offset: number } {
    return this.#links[0] as Link;
  }

  /** True when the engine has begun another file: the first one has its last byte. */
  get hasNext(): boolean {
    return this.#links.length > 1;
  }

  /** Looks for files newer than the newest known. Cheap when there are none. Throws what the file system says. */
  survey(): void {
    const newest = this.#links.at(-1) as Link;
    const current = currentIdentity(this.#directory);
    if (current === null || current === newest.file.identity || this.#isHoldingEnough) return;
    const opened = openLogFiles(this.#directory);
    const { files } = opened;
    const known = files.findIndex(({ identity }) => identity === newest.file.identity);
    for (const file of files.slice(0, known + 1)) file.close();
    const isGap = known === -1 && !isNextOf(newest.file, opened);
    for (const [at, file] of files.slice(known + 1).entries()) {
      this.#links.push({ file, offset: 0, isBehindGap: isGap && at === 0 });
    }
  }

  /** Goes to the next file. `lastNs`: stamp of the line that was delivered last. */
  next(lastNs: bigint): NextFile {
    let isBehindGap = false;
    for (;;) {
      this.#links.shift()?.file.close();
      const link = this.#links[0];
      if (link === undefined) return { kind: "none" };
      isBehindGap ||= link.isBehindGap;
      if (!isBehindGap || !link.file.isCompressed) return { kind: isBehindGap ? "gap" : "next", file: link.file };
      // Compressed, a file is another one: only its last line's stamp tells whether it was read before.
      const lastOfFileNs = lastStampOf(link.file);
      if (lastOfFileNs === null) return { kind: "unknown" };
      if (lastOfFileNs > lastNs) return { kind: "gap", file: link.file };
      if (lastOfFileNs === lastNs) isBehindGap = false;
    }
  }

  close(): void {
    for (const { file } of this.#links.splice(0)) file.close();
  }

  get #isHoldingEnough(): boolean {
    if (this.#links.length < 2) return false;
    if (this.#links.length >= HELD_FILES) return true;
    return this.#links.reduce((sum, { file }) => sum + file.sizeBytes, 0) > HELD_BYTES;
  }
}
