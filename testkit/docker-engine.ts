import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeBridge } from "./docker-bridge.ts";
import { engineLayout, takeDownEngine } from "./docker-take-down.ts";
import { engineRequest } from "./engine-request.ts";
import { type OrphanGuard, guardAgainstOrphans } from "./orphan-guard.ts";
import { makeTempDir } from "./temp-dir.ts";
import { importTestImage } from "./test-image.ts";
import { waitUntil } from "./wait-until.ts";

/** A Docker engine of our own: socket, data, runtime state, bridge and pid file apart from any other engine on the machine. */
export interface DockerEngine extends AsyncDisposable {
  readonly socketPath: string;
  /** The value for `DOCKER_HOST`. */
  readonly dockerHost: string;
  readonly directory: string;
  readonly pid: number;
  /** Removes the engine with all its containers and processes, its mounts and its directory. */
  stop(): Promise<void>;
}

const DOCKERD = "/usr/sbin/dockerd";
const STORAGE_DRIVERS = ["overlay2", "vfs"] as const; // vfs copies everything, but works on any file system
/** A unix socket's path may have 107 bytes; the longest one below the directory is `/exec/containerd/containerd.sock.ttrpc`. */
const LONGEST_DIRECTORY = 65;

/** The bridge's name, or "none" where the network may not be changed: containers then run with `--network none` or `host` only. */
async function bridgeFor(bridgeFile: string): Promise<string> {
  if (existsSync(bridgeFile)) return readFile(bridgeFile, "utf8");
  try {
    const { name } = await makeBridge();
    await writeFile(bridgeFile, name);
    return name;
  } catch {
    return "none";
  }
}

/** Of dockerd's `daemon.json`. */
type EngineSettings = Readonly<Record<string, unknown>>;

async function launch(directory: string, storageDriver: string, settings: EngineSettings): Promise<number> {
  const layout = engineLayout(directory);
  await writeFile(layout.configFile, JSON.stringify(settings)); // without a file dockerd would read the machine's own /etc/docker/daemon.json
  const log = await open(layout.log, "a");
  const daemon = spawn(
    DOCKERD,
    [
      ["--config-file", layout.configFile],
      ["--host", `unix://${layout.socket}`],
      ["--data-root", layout.data],
      ["--exec-root", layout.exec],
      ["--pidfile", layout.pidFile],
      ["--storage-driver", storageDriver],
      ["--bridge", await bridgeFor(layout.bridgeFile)],
      ["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
    ].flat(),
    { detached: true, stdio: ["ignore", log.fd, log.fd] },
  );
  const failed = new Promise<never>((_, reject) => {
    daemon.once("error", reject);
    daemon.once("exit", (code, signal) =>
      reject(new Error(`dockerd ended at once (${signal ?? `exit code ${code}`})`)),
    );
  });
  failed.catch(() => {}); // an exit after the start is seen by whoever talks to the engine
  try {
    const answering = waitUntil("dockerd to answer /_ping", () =>
      engineRequest(layout.socket, "GET", "/_ping").then(
        (answer) => answer.status === 200,
        () => false,
      ),
    );
    await Promise.race([answering, failed]);
  } catch (cause) {
    const lastLine = (await readFile(layout.log, "utf8")).trim().split("\n").at(-1) ?? "";
    throw new Error(`The private Docker engine did not start with ${storageDriver}: ${lastLine}`, { cause });
  } finally {
    await log.close();
  }
  daemon.unref();
  return daemon.pid ?? 0;
}

/**
 * Starts dockerd in `directory`, which may hold a stopped engine's data: it is continued then.
 * @throws Error with a sentence when dockerd is missing or does not come up
 */
export async function startEngineIn(directory: string, settings: EngineSettings = {}): Promise<number> {
  if (!existsSync(DOCKERD)) {
    throw new Error(
      `${DOCKERD} is missing: install Debian's docker.io (node scripts/install-debian.mjs does, as root).`,
    );
  }
  if (Buffer.byteLength(directory) > LONGEST_DIRECTORY) {
    throw new Error(
      `The path ${directory} is too long for a unix socket below it (at most ${LONGEST_DIRECTORY} bytes).`,
    );
  }
  await mkdir(directory, { recursive: true });
  const failures: unknown[] = [];
  for (const storageDriver of STORAGE_DRIVERS) {
    try {
      return await launch(directory, storageDriver, settings);
    } catch (error) {
      failures.push(error);
      await takeDownEngine(directory, { keepDirectory: true });
    }
  }
  throw new AggregateError(failures, failures.map((failure) => (failure as Error).message).join("\n"));
}

/**
 * Starts dockerd again in a directory where it was killed or stopped, with everything that it left behind, its living
 * containers included. A dockerd that is disturbed while it starts gives up by itself; so it is tried a few times.
 * @throws Error with dockerd's last words
 */
export async function restartEngineIn(directory: string, settings: EngineSettings = {}): Promise<number> {
  const { data } = engineLayout(directory);
  const storageDriver =
    STORAGE_DRIVERS.find((name) => existsSync(path.join(data, "image", name))) ?? STORAGE_DRIVERS[0];
  const tries = 4;
  for (let left = tries - 1; ; left--) {
    try {
      return await launch(directory, storageDriver, settings);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** A fresh engine with the test image, gone again after `stop()`, and also when this process dies without calling it. */
export async function startDockerEngine(settings: EngineSettings = {}): Promise<DockerEngine> {
  const { path: directory, remove } = await makeTempDir("engine");
  const { socket } = engineLayout(directory);
  let guard: OrphanGuard | undefined;
  const stop = async () => {
    await takeDownEngine(directory);
    await guard?.release();
  };
  try {
    guard = guardAgainstOrphans("engine", directory);
    const pid = await startEngineIn(directory, settings);
    await importTestImage(socket);
    return { socketPath: socket, dockerHost: `unix://${socket}`, directory, pid, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    await remove();
    throw error;
  }
}

/** Where `scripts/engine.ts` keeps the long-lived engine of a development tree. */
export const developmentEngineDirectory = path.resolve(import.meta.dirname, "../.cache/engine");
