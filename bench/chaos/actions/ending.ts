import { setTimeout as delay } from "node:timers/promises";
import type { Signal } from "../fault-plan.ts";

/** How a process is ended, and for how long. */
export type Ending = { readonly signal: Signal; readonly downMs: number };

/** Waits for what was killed, and not for what was asked to end and takes its time; resolves with what starts it again. */
export const ending = async (
  { signal, downMs }: Ending,
  gone: Promise<void>,
  restart: () => Promise<void>,
): Promise<() => Promise<void>> => {
  if (signal === "SIGKILL") await gone;
  return async () => {
    await gone;
    await delay(downMs);
    await restart();
  };
};
