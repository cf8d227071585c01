import { z } from "zod";
import { actionProgressSchema } from "./action-progress.ts";
import { actionResultSchema } from "./action-result.ts";
import { engineStatusSchema } from "./engine-status.ts";
import { agentHeartbeatSchema } from "./heartbeat.ts";
import { helloSchema } from "./hello.ts";
import { inventoryDeltaSchema } from "./inventory-delta.ts";
import { inventorySnapshotSchema } from "./inventory-snapshot.ts";
import { keyAnnounceSchema } from "./key-announce.ts";
import { logStatusSchema } from "./log-status.ts";
import { agentMetricsSchema } from "./metrics.ts";

/** Everything that an agent can say in JSON. Log lines travel as binary frames (`log/frame.ts`). */
export const agentUpSchema = z.discriminatedUnion("type", [
  helloSchema,
  agentHeartbeatSchema,
  engineStatusSchema,
  inventorySnapshotSchema,
  inventoryDeltaSchema,
  agentMetricsSchema,
  logStatusSchema,
  actionProgressSchema,
  actionResultSchema,
  keyAnnounceSchema,
]);

export type AgentUp = z.infer<typeof agentUpSchema>;
