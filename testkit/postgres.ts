import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, open, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { guardAgainstOrphans } from "./orphan-guard.ts";
import type { PostgresAddress } from "./postgres-database.ts";
import { takeDownPostgres } from "./postgres-take-down.ts";
import { makeTempDir } from "./temp-dir.ts";
import { waitUntil } from "./wait-until.ts";

/** A PostgreSQL cluster of our own in a temporary directory. */
export interface PostgresCluster extends AsyncDisposable {
  readonly address: PostgresAddress;
  readonly directory: string;
  stop(): Promise<void>;
}

const DEBIAN_ROOT = "/usr/lib/postgresql";

/** @throws Error with a sentence when Debian's PostgreSQL is not installed */
async function findPrograms(): Promise<string> {
  const versions = (await readdir(DEBIAN_ROOT).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  if (!versions[0]) {
    throw new Error(
      `No PostgreSQL below ${DEBIAN_ROOT}: install Debian's postgresql (node scripts/install-debian.mjs does, as root).`,
    );
  }
  return path.join(DEBIAN_ROOT, versions[0], "bin");
}

/** PostgreSQL refuses to run as root, so as root it runs as the user that Debian's package made. */
async function serverUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const row = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"));
  if (!row) throw new Error("The user postgres is missing: Debian's postgresql package makes it.");
  return { uid: Number(row[1]), gid: Number(row[2]) };
}

async function launch(directory: string, address: PostgresAddress, user: Awaited<ReturnType<typeof serverUser>>) {
  const logPath = path.join(directory, "postgres.log");
  const log = await open(logPath, "a");
  const settings = [
    `port=${address.port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${address.socketDirectory}`,
    // Test data need not survive a power cut, and this makes every commit ten times faster.
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
  ];
  const server = spawn(
    path.join(address.programs, "postgres"),
    ["-D", path.join(directory, "data"), ...settings.flatMap((setting) => ["-c", setting])],
    { detached: true, cwd: directory, stdio: ["ignore", log.fd, log.fd], ...user },
  );
  const failed = new Promise<never>((_, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended at once (exit code ${code})`)));
  });
  failed.catch(() => {}); // an end after the start is seen by whoever talks to it
  const isReady = path.join(address.programs, "pg_isready");
  const answering = waitUntil("PostgreSQL to accept connections", () =>
    promisify(execFile)(isReady, ["--host", address.socketDirectory, "--port", String(address.port)]).then(
      () => true,
      () => false,
    ),
  );
  try {
    await Promise.race([answering, failed]);
  } catch (cause) {
    const lines = (await readFile(logPath, "utf8")).trim().split("\n");
    throw new Error(`PostgreSQL did not start: ${lines.slice(-3).join(" / ")}`, { cause });
  } finally {
    await log.close();
  }
  server.unref();
}

/** Starts a fresh cluster: unix socket in its own directory, TCP on a free loopback port. Gone after `stop()`, and when this process dies. */
export async function startPostgres(): Promise<PostgresCluster> {
  const programs = await findPrograms();
  const user = await serverUser();
  const { path: directory } = await makeTempDir("postgres");
  const guard = guardAgainstOrphans("postgres", directory);
  const stop = async () => {
    await takeDownPostgres(directory);
    await guard.release();
  };
  try {
    if (user) await chown(directory, user.uid, user.gid);
    const password = randomBytes(12).toString("hex");
    const passwordFile = path.join(directory, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user) await chown(passwordFile, user.uid, user.gid);
    const options = ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
    const logins = ["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${passwordFile}`];
    await promisify(execFile)(
      path.join(programs, "initdb"),
      ["-D", path.join(directory, "data"), ...options, ...logins],
      { cwd: directory, ...user },
    );
    for (let attempt = 1; ; attempt++) {
      const address = { programs, socketDirectory: directory, port: await freePort(), password };
      try {
        await launch(directory, address, user);
        return { address, directory, stop, [Symbol.asyncDispose]: stop };
      } catch (error) {
        if (attempt === 3) throw error; // otherwise the port may have been taken meanwhile: another one
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
