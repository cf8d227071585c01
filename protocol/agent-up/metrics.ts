import { z } from "zod";
import { METRICS_BACKENDS } from "../host.ts";
import { containerSampleSchema, hostSampleSchema } from "../metrics.ts";
import { tsNsSchema } from "../schema.ts";

/** One tick of the collector. A tick at the faster rate names only the watched containers. */
export const agentMetricsSchema = z.object({
  type: z.literal("metrics"),
  tsNs: tsNsSchema,
  intervalMs: z.number().min(0),
  backend: z.enum(METRICS_BACKENDS),
  host: hostSampleSchema.nullable(),
  containers: z.array(containerSampleSchema).max(2000),
});

export type AgentMetrics = z.infer<typeof agentMetricsSchema>;
