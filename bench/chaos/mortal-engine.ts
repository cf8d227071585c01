/** A private engine that can be killed and started again; its containers live on meanwhile, as they do in production. */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
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

/** @param more of its `daemon.json` */
export const startMortalEngine = async (more: Readonly<Record<string, unknown>> = {}): Promise<MortalEngine> => {
  const settings = { ...SETTINGS, ...more };
  const engine = await startDockerEngine(settings);
  const { pidFile, exec } = engineLayout(engine.directory);
  const containerdPidFile = path.join(exec, "containerd", "containerd.pid");
  return {
    ...engine,
    kill: async (name) => {
      const pid = Number(await readFile(pidFile, "utf8"));
      signal(pid, name);
      await waitUntil("the engine to be gone", async () => !(await isRunning(pid)));
      // Its containerd dies with it, a moment later; an engine that finds it dying waits for it for 15 s and gives up.
      const containerd = Number(await readFile(containerdPidFile, "utf8").catch(() => "0"));
      if (containerd > 0) await waitUntil("its containerd to be gone", async () => !(await isRunning(containerd)));
      await rm(containerdPidFile, { force: true });
    },
    restart: async () => {
      await restartEngineIn(engine.directory, settings);
    },
  };
};
