import { takeDownEngine } from "./docker-take-down.ts";
import type { GuardedKind } from "./orphan-guard.ts";
import { takeDownPostgres } from "./postgres-take-down.ts";

/** Waits until its parent is gone (the pipe closes with it), then takes the parent's service down. See `orphan-guard.ts`. */
const takeDown: Record<GuardedKind, (directory: string) => Promise<void>> = {
  engine: takeDownEngine,
  postgres: takeDownPostgres,
};

const [kind = "", directory = ""] = process.argv.slice(2);
for await (const _ of process.stdin);
await takeDown[kind as GuardedKind](directory);
