/** Where the log store of the chaos lies, on either engine, and how it is opened. */
import { startPostgres } from "@yardarm/testkit/postgres";
import { createDatabase } from "@yardarm/testkit/postgres-database";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import type { LogDamage, LogStore } from "../../../hub/logs/log-store.ts";
import { openPgLogStore } from "../../../hub/logs/postgres/pg-log-store.ts";
import { SqliteLogStore } from "../../../hub/logs/sqlite/sqlite-log-store.ts";

export type StorePlace =
  | { readonly kind: "sqlite"; readonly directory: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The environment variable by which the writer learns its place, as JSON. */
export const PLACE_VARIABLE = "CHAOS_STORE_PLACE";

interface OpenOptions {
  readonly nowMs: () => number;
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly damaged?: (damage: LogDamage) => void;
}

export const openStore = async (place: StorePlace, options: OpenOptions): Promise<LogStore> =>
  place.kind === "sqlite"
    ? new SqliteLogStore({ directory: place.directory, ...options })
    : await openPgLogStore({ url: place.url, ...options });

/** An empty place; disposing removes it. The database's server outlives every writer, as it outlives a hub. */
export const makePlace = async (
  kind: StorePlace["kind"],
): Promise<AsyncDisposable & { readonly place: StorePlace }> => {
  if (kind === "sqlite") {
    const directory = await makeTempDir("chaos-store");
    return { place: { kind, directory: directory.path }, [Symbol.asyncDispose]: () => directory.remove() };
  }
  await using started = new AsyncDisposableStack();
  const cluster = started.use(await startPostgres());
  const database = started.use(await createDatabase(cluster.address));
  const running = started.move();
  return { place: { kind, url: database.url }, [Symbol.asyncDispose]: () => running.disposeAsync() };
};
