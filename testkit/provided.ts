import type { PostgresAddress } from "./postgres-database.ts";

/** What the set-up of a vitest project hands to its tests: `inject("dockerHost")`. */
declare module "vitest" {
  interface ProvidedContext {
    /** In the project `docker`: a private engine's `unix://…` address, with the test image in it. */
    readonly dockerHost: string;
    /** In the project `pg`: where `createDatabase` makes databases. */
    readonly postgres: PostgresAddress;
  }
}
