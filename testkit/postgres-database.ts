import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** How to reach a test cluster; plain data, so that a vitest set-up can hand it to the tests. */
export interface PostgresAddress {
  readonly programs: string;
  /** Where the unix socket is; whoever may open it is the superuser. */
  readonly socketDirectory: string;
  /** On 127.0.0.1, with the password. */
  readonly port: number;
  readonly password: string;
}

export interface TestDatabase extends AsyncDisposable {
  /** `postgres://…` over loopback TCP. */
  readonly url: string;
  /** Runs statements as the superuser, beside whatever uses the database. */
  execute(sql: string): Promise<void>;
  drop(): Promise<void>;
}

/** An empty database of the caller's own; one per test file keeps tests apart. */
export async function createDatabase(address: PostgresAddress): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const run = (program: string, ...options: string[]) =>
    promisify(execFile)(
      `${address.programs}/${program}`,
      ["--host", address.socketDirectory, "--port", String(address.port), "--username", "postgres"].concat(
        options,
        name,
      ),
    );
  await run("createdb");
  const drop = async () => {
    await run("dropdb", "--force", "--if-exists");
  };
  return {
    url: `postgres://postgres:${address.password}@127.0.0.1:${address.port}/${name}`,
    execute: async (sql) => {
      await run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql);
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
