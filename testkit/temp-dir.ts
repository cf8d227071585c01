import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A directory of its own under the system's temporary directory; `await using` removes it with everything inside. */
export interface TempDir extends AsyncDisposable {
  /** Absolute, without symbolic links; short enough for unix sockets. */
  readonly path: string;
  remove(): Promise<void>;
}

/** @param name a short word that tells a person who left it, should a crash leave it behind */
export async function makeTempDir(name: string): Promise<TempDir> {
  const directory = await mkdtemp(path.join(await realpath(tmpdir()), `yardarm-${name}-`));
  const remove = () => rm(directory, { recursive: true, force: true });
  return { path: directory, remove, [Symbol.asyncDispose]: remove };
}
