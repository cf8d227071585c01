import { asId, type DockerId } from "./ids.ts";

/**
 * The container in which a process runs, from the text of its `/proc/self/mountinfo`: an engine mounts `/etc/hostname` from
 * its directory of the container, whose name is the id. `null` outside of a container.
 */
export const containerInMountInfo = (text: string): DockerId | null => {
  for (const line of text.split("\n")) {
    const [, , , root = "", mountPoint] = line.split(" ");
    if (mountPoint !== "/etc/hostname") continue;
    const match = /containers\/([0-9a-f]{64})\//.exec(root);
    if (match?.[1] !== undefined) return asId(match[1]);
  }
  return null;
};
