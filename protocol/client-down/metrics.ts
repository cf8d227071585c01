import { z } from "zod";
import type { ContainerId, HostId } from "../ids.ts";
import { containerSampleSchema, hostSampleSchema } from "../metrics.ts";
import { idSchema, tsNsSchema } from "../schema.ts";

/** One tick of one host, reduced to what this client subscribed to. */
export const clientMetricsSchema = z.object({
  type: z.literal("metrics"),
  hostId: idSchema<HostId>(),
  tsNs: tsNsSchema,
  intervalMs: z.number(),
  host: hostSampleSchema.nullable(),
  containers: z.array(containerSampleSchema.omit({ dockerId: true }).extend({ containerId: idSchema<ContainerId>() })),
});

export type ClientMetrics = z.infer<typeof clientMetricsSchema>;
export type ClientSample = ClientMetrics["containers"][number];
