import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a guard knows how to take down; `guard-main.ts` has the table. */
export type GuardedKind = "engine" | "postgres";

export interface OrphanGuard {
  /** Call when the service is down: the guard finds nothing left to do and ends. */
  release(): Promise<void>;
}

/**
 * Starts a small process of its own session that waits for this one to end, in whatever way, and then takes the service in `directory` down.
 * Without it a test run killed with SIGKILL would leave its engine running.
 */
export function guardAgainstOrphans(kind: GuardedKind, directory: string): OrphanGuard {
  const guard = spawn(process.execPath, [`${import.meta.dirname}/guard-main.ts`, kind, directory], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  guard.unref();
  return {
    async release() {
      if (guard.exitCode !== null || guard.signalCode !== null) return;
      guard.ref(); // else this process, when nothing else is left to do, would end before its guard
      const ended = once(guard, "exit");
      guard.stdin.end();
      await ended;
    },
  };
}
