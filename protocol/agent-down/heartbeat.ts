import { z } from "zod";

/** Answer to an agent's `heartbeat`. */
export const hubHeartbeatSchema = z.object({ type: z.literal("heartbeat") });

export type HubHeartbeat = z.infer<typeof hubHeartbeatSchema>;
