/** The container in which this agent itself runs, so that nobody stops it by mistake. */
import { readFileSync } from "node:fs";
import { asId, type DockerId } from "@yardarm/protocol/ids";

/**
 * An engine mounts `/etc/hostname` from its directory of the container, whose name is the id. `null` outside of a
 * container and where `/proc` is missing.
 */
export const findOwnContainer = (mountInfoPath = "/proc/self/mountinfo"): DockerId | null => {
  let text: string;
  try {
    text = readFileSync(mountInfoPath, "utf8");
  } catch {
    return null;
  }
  for (const line of text.split("\n")) {
    const [, , , root = "", mountPoint] = line.split(" ");
    if (mountPoint !== "/etc/hostname") continue;
    const match = /containers\/([0-9a-f]{64})\//.exec(root);
    if (match?.[1] !== undefined) return asId(match[1]);
  }
  return null;
};
