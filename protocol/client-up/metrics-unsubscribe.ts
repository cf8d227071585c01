import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

export const metricsUnsubscribeSchema = z.object({
  type: z.literal("metrics.unsubscribe"),
  containerId: idSchema<ContainerId>().nullable(),
});

export type MetricsUnsubscribe = z.infer<typeof metricsUnsubscribeSchema>;
