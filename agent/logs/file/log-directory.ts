/**
 * Which files may be read as a container's log: the engine's own, in the engine's own place, and nothing that a link or
 * a foreign engine could point at. A file that does not pass is left to the engine's API.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { EngineEndpoint } from "../../docker/endpoint.ts";
import type { EngineIdentity } from "../../docker/engine-identity.ts";
import type { LogContainer } from "../log-source.ts";

/** The engine as far as its files go; `null` fields: not known yet. */
export type EnginePlace = {
  readonly endpoint: EngineEndpoint | null;
  readonly identity: Pick<EngineIdentity, "kind" | "rootDirectory"> | null;
};

/** Where one container's files are, and who must own them. */
export type LogDirectory = {
  readonly path: string;
  /** The current file's name; rotated ones add `.1`, `.2.gz` and so on. */
  readonly fileName: string;
  readonly ownerUid: number;
};

export type DirectoryAnswer =
  | { readonly kind: "readable"; readonly directory: LogDirectory }
  /** `reason` is for people. */
  | { readonly kind: "refused"; readonly reason: string };

/** So often a directory is looked at again when the engine rotates meanwhile. */
const ATTEMPTS = 8;

/** Decides whether a container's files may be read, and can be. Looks at the file system, for well under a millisecond. */
export const findLogDirectory = (container: LogContainer, { endpoint, identity }: EnginePlace): DirectoryAnswer => {
  if (container.logDriver !== "json-file") {
    return refused(`The log driver ${container.logDriver} keeps no files that the agent can read.`);
  }
  if (endpoint === null || identity === null) return refused("The engine has not said yet where its files are.");
  if (endpoint.kind !== "unix") return refused("The engine is not on this machine: it is reached over the network.");
  // Podman reports other drivers as json-file, and lets whoever creates a container choose the path.
  if (identity.kind !== "docker") return refused("Podman's log files are not read directly.");
  if (identity.rootDirectory === "") return refused("The engine does not say where it keeps its files.");
  const { dockerId } = container;
  const fileName = `${dockerId}-json.log`;
  const path = join(identity.rootDirectory, "containers", dockerId);
  try {
    const expected = join(realpathSync(identity.rootDirectory), "containers", dockerId);
    const named = container.logPath ?? join(path, fileName);
    if (named !== join(path, fileName) && named !== join(expected, fileName)) {
      return refused("The engine names a log file outside the container's own directory.");
    }
    if (realpathSync(path) !== expected) return refused("The container's directory is a link to somewhere else.");
    const directory = { path: expected, fileName, ownerUid: statSync(endpoint.socketPath).uid };
    return tryOpening(directory) ? { kind: "readable", directory } : refused("There is no log file yet.");
  } catch (error) {
    return refused(`The engine's log file cannot be read directly: ${describe(error)}.`);
  }
};

/** False when there is no file at all. Throws when the newest cannot be opened. */
const tryOpening = (directory: LogDirectory): boolean => {
  for (let attempt = 1; ; attempt++) {
    const name = listLogFiles(directory).at(-1);
    if (name === undefined) return false;
    try {
      closeSync(openLogFile(directory, name));
      return true;
    } catch (error) {
      // Between list and open the engine may have rotated.
      if (attempt === ATTEMPTS || codeOf(error) !== "ENOENT") throw error;
    }
  }
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

const refused = (reason: string): DirectoryAnswer => ({ kind: "refused", reason });

const describe = (error: unknown): string => {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM") return "the agent lacks the permission";
  if (code === "ENOENT") return "it is not where the engine keeps it";
  return error instanceof Error ? error.message : String(error);
};

/**
 * Opens one file for reading. Throws what the file system says, and an `Error` for a link, a file of another owner, or
 * something that is no file.
 */
export const openLogFile = (directory: LogDirectory, name: string): number => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(join(directory.path, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const { uid } = fstatSync(fd);
  const isFile = fstatSync(fd).isFile();
  if (isFile && uid === directory.ownerUid) return fd;
  closeSync(fd);
  throw new Error(isFile ? "it belongs to somebody other than the engine" : "it is not a regular file");
};

/** The names of the container's log files, oldest first, the current one last. One that is being compressed counts once. */
export const listLogFiles = (directory: LogDirectory): readonly string[] => {
  const { fileName } = directory;
  const byAge = new Map<number, string>();
  for (const name of readdirSync(directory.path)) {
    if (!name.startsWith(fileName)) continue;
    const [matched, age = "0", gz] = /^(?:\.(\d{1,6}))?(\.gz)?$/.exec(name.slice(fileName.length)) ?? [];
    if (matched === undefined || (age === "0" && matched !== "")) continue;
    if (gz === undefined || !byAge.has(Number(age))) byAge.set(Number(age), name);
  }
  return [...byAge].toSorted(([left], [right]) => right - left).map(([, name]) => name);
};
