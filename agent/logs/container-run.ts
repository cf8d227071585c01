import { toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerDetails } from "../docker/container-details.ts";

/** Whether the container still writes. */
export type ContainerRun = "running" | "stopped" | "gone";

type Inspected = Pick<ContainerDetails, "state">;

/** Whether there is a process that may write; one that is paused will go on. */
export const isWriting = ({ state }: Inspected): boolean => state === "running" || state === "paused";

/** `ContainerRun` of an inspect; rejects as it does, unless the engine knows no such container. */
export const runStateOf = async (inspect: () => Promise<Inspected>): Promise<ContainerRun> => {
  try {
    return isWriting(await inspect()) ? "running" : "stopped";
  } catch (error) {
    if (toProtocolError(error).code === "not_found") return "gone";
    throw error;
  }
};
