import { readFileSync } from "node:fs";
import * as os from "node:os";
import type { Machine } from "@yardarm/protocol/host";

/** The machine that this agent runs on, as people would name it. */
export const describeMachine = (): Machine => ({
  hostname: os.hostname().slice(0, 255),
  os: operatingSystem().slice(0, 255),
  kernel: os.release().slice(0, 255),
  arch: os.arch().slice(0, 32),
  cpus: Math.max(1, os.cpus().length),
  memoryBytes: os.totalmem(),
});

const operatingSystem = (): string => {
  try {
    const match = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync("/etc/os-release", "utf8"));
    return match?.[1] ?? os.type();
  } catch {
    return os.type();
  }
};
