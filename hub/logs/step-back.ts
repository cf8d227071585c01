import { readlinkSync } from "node:fs";
import os from "node:os";

/**
 * The relay has the right of way: on a busy machine the calling thread gets what is left. Linux takes a thread's id where others
 * take a process's; elsewhere threads stay as they are.
 */
export const stepBack = (): void => {
  if (process.platform !== "linux") return;
  try {
    const threadId = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (threadId !== process.pid) os.setPriority(threadId, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here; nothing depends on it.
  }
};
