/** A container's network counters, as its own network namespace sees them. */
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { readKernelFile } from "./kernel-file.ts";

export type NetworkCounters = { readonly rxBytes: number; readonly txBytes: number };

/** Sums `/proc/<pid>/net/dev` over all interfaces but `lo`; `null` when it cannot be read. */
export const readNetwork = (procRoot: string, pid: number): NetworkCounters | null => {
  const text = readKernelFile(join(procRoot, String(pid), "net", "dev"));
  if (text === null) return null;
  let rxBytes = 0;
  let txBytes = 0;
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === -1 || line.slice(0, colon).trim() === "lo") continue;
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    rxBytes += Number(fields[0]) || 0;
    txBytes += Number(fields[8]) || 0;
  }
  return { rxBytes, txBytes };
};

/** Names a process's network namespace, `net:[4026531840]`; `null` when we may not know. */
export const networkNamespace = (procRoot: string, pid: number): string | null => {
  try {
    return readlinkSync(join(procRoot, String(pid), "ns", "net"));
  } catch {
    return null;
  }
};
