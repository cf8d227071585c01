/** The container in which this agent itself runs, so that nobody stops it by mistake. */
import { readFileSync } from "node:fs";
import type { DockerId } from "@yardarm/protocol/ids";
import { containerInMountInfo } from "@yardarm/protocol/own-container";

/** `null` outside of a container and where `/proc` is missing. */
export const findOwnContainer = (mountInfoPath = "/proc/self/mountinfo"): DockerId | null => {
  try {
    return containerInMountInfo(readFileSync(mountInfoPath, "utf8"));
  } catch {
    return null;
  }
};
