import { z } from "zod";
import { ackSchema } from "./ack.ts";
import { actionMessageSchema } from "./action.ts";
import { actionQuerySchema } from "./action-query.ts";
import { hubHeartbeatSchema } from "./heartbeat.ts";
import { inventoryRequestSchema } from "./inventory-request.ts";
import { keyAcceptedSchema } from "./key-accepted.ts";
import { keyRotateSchema } from "./key-rotate.ts";
import { keysSchema } from "./keys.ts";
import { logAssignSchema } from "./log-assign.ts";
import { logReadCancelSchema, logReadSchema } from "./log-read.ts";
import { logRewindSchema } from "./log-rewind.ts";
import { logStreamStartSchema } from "./log-stream-start.ts";
import { logStreamStopSchema } from "./log-stream-stop.ts";
import { metricsWatchSchema } from "./metrics-watch.ts";
import { protectionRulesSchema } from "./protection-rules.ts";
import { reconnectSchema } from "./reconnect.ts";
import { welcomeSchema } from "./welcome.ts";

/** Everything that the hub can say to an agent. */
export const agentDownSchema = z.discriminatedUnion("type", [
  keysSchema,
  welcomeSchema,
  hubHeartbeatSchema,
  inventoryRequestSchema,
  logAssignSchema,
  logStreamStartSchema,
  logStreamStopSchema,
  logRewindSchema,
  logReadSchema,
  logReadCancelSchema,
  ackSchema,
  metricsWatchSchema,
  actionMessageSchema,
  actionQuerySchema,
  protectionRulesSchema,
  keyRotateSchema,
  keyAcceptedSchema,
  reconnectSchema,
]);

export type AgentDown = z.infer<typeof agentDownSchema>;
