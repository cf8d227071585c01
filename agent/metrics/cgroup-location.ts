/** Where the kernel keeps a container's counters; read from the process itself, never guessed from the id. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DockerId } from "@yardarm/protocol/ids";
import { readKernelFile } from "./kernel-file.ts";

export type CgroupLocation =
  | {
      readonly version: 1;
      readonly cpuacct: string;
      readonly cpu: string | null;
      readonly memory: string | null;
      readonly blkio: string | null;
      readonly pids: string | null;
    }
  | { readonly version: 2; readonly directory: string };

export type KernelRoots = {
  /** The engine host's `/proc`. */
  readonly procRoot: string;
  /** The engine host's `/sys/fs/cgroup`. */
  readonly cgroupRoot: string;
};

/** Whether this looks like a cgroup tree at all; whether containers are in it shows only with one that runs. */
export const hasCgroupTree = (roots: KernelRoots): boolean =>
  existsSync(join(roots.cgroupRoot, "cgroup.controllers")) || existsSync(join(roots.cgroupRoot, "cpuacct"));

/**
 * The directories of the container whose first process is `pid`; `null` when they cannot be seen: another pid
 * namespace (the number is then nobody's or somebody else's), a private cgroup namespace, a virtual machine.
 * The proof is the container's id in the path, which every cgroup driver of Docker and Podman puts there.
 */
export const locateCgroup = (roots: KernelRoots, pid: number, dockerId: DockerId): CgroupLocation | null => {
  const text = readKernelFile(join(roots.procRoot, String(pid), "cgroup"));
  if (text === null) return null;
  /** v1 controller → candidates for its directory; "" → the unified path. */
  const directories = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    const path = match?.[2] === undefined ? null : containerPath(match[2], dockerId);
    if (match?.[1] === undefined || path === null) continue;
    const field = match[1];
    for (const controller of field.split(",")) {
      const places = field === "" ? ["", "unified"] : [field, controller];
      const directory = places.map((place) => join(roots.cgroupRoot, place, path)).find(existsSync);
      if (directory !== undefined) directories.set(controller, directory);
    }
  }
  const cpuacct = directories.get("cpuacct");
  if (cpuacct !== undefined) {
    const of = (controller: string): string | null => directories.get(controller) ?? null;
    return { version: 1, cpuacct, cpu: of("cpu"), memory: of("memory"), blkio: of("blkio"), pids: of("pids") };
  }
  const directory = directories.get("");
  return directory === undefined || !existsSync(join(directory, "cpu.stat")) ? null : { version: 2, directory };
};

/** The path down to the component that names the container: an init inside it may have moved itself deeper. */
const containerPath = (path: string, dockerId: DockerId): string | null => {
  const at = path.indexOf(dockerId);
  if (at === -1) return null;
  const end = path.indexOf("/", at);
  return end === -1 ? path : path.slice(0, end);
};
