/** The one container that everybody watches. */
import { asId, type ContainerId } from "@yardarm/protocol/ids";

export const CONTAINER_ID = asId<ContainerId>("ctr_00000000000000000000000000");
export const DOCKER_ID = "0".repeat(64);
export const AGENT_PATH = "/ws/agent/hst_0000000000aa";
