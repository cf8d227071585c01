import { toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerDetails } from "../docker/container-details.ts";

/** Whether the container still writes. */
export type ContainerRun = "running" | "stopped" | "gone";

/** `ContainerRun` of an inspect; rejects as it does, unless the engine knows no such container. */
export const runStateOf = async (inspect: () => Promise<Pick<ContainerDetails, "state">>): Promise<ContainerRun> => {
  try {
    const { state } = await inspect();
    return state === "running" || state === "paused" ? "running" : "stopped";
  } catch (error) {
    if (toProtocolError(error).code === "not_found") return "gone";
    throw error;
  }
};
