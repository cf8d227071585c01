import { z } from "zod";
import { tsNsSchema } from "../schema.ts";

/** Sign of life, every `AGENT_HEARTBEAT_MS`; the hub answers each with its own `heartbeat`. */
export const agentHeartbeatSchema = z.object({ type: z.literal("heartbeat"), clockNs: tsNsSchema });

export type AgentHeartbeat = z.infer<typeof agentHeartbeatSchema>;
