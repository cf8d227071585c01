import { z } from "zod";
import { dockerIdSchema } from "../schema.ts";

/** The containers that somebody watches, sampled every `intervalMs`; the list replaces the one before. */
export const metricsWatchSchema = z.object({
  type: z.literal("metrics.watch"),
  dockerIds: z.array(dockerIdSchema).max(2000),
  intervalMs: z.number().int().min(500).max(60_000),
});

export type MetricsWatch = z.infer<typeof metricsWatchSchema>;
