/** A private engine that can be killed and started again; its containers live on meanwhile, as they do in production. */
import { readFile } from "node:fs/promises";
import { type DockerEngine, restartEngineIn, startDockerEngine } from "../../testkit/docker-engine.ts";
import { engineLayout } from "../../testkit/docker-take-down.ts";
import { isRunning, signal } from "../../testkit/process-tree.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import type { Signal } from "./fault-plan.ts";

const SETTINGS = { "live-restore": true };

export interface MortalEngine extends DockerEngine {
  /** Ends dockerd and returns when it is gone. */
  kill(name: Signal): Promise<void>;
  /** Starts it again; returns when it answers. */
  restart(): Promise<void>;
}

export const startMortalEngine = async (): Promise<MortalEngine> => {
  const engine = await startDockerEngine(SETTINGS);
  const { pidFile } = engineLayout(engine.directory);
  return {
    ...engine,
    kill: async (name) => {
      const pid = Number(await readFile(pidFile, "utf8"));
      signal(pid, name);
      await waitUntil("the engine to be gone", async () => !(await isRunning(pid)));
    },
    restart: async () => {
      await restartEngineIn(engine.directory, SETTINGS);
    },
  };
};
