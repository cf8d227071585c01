import { readFileSync } from "node:fs";
import type { DockerId } from "@yardarm/protocol/ids";
import { containerInMountInfo } from "@yardarm/protocol/own-container";

/** The container in which this hub runs, so that nobody stops it by mistake; `null` where it runs in none. */
export const findHubContainer = (mountInfoPath = "/proc/self/mountinfo"): DockerId | null => {
  try {
    return containerInMountInfo(readFileSync(mountInfoPath, "utf8"));
  } catch {
    return null;
  }
};
