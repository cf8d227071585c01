import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** Samples of this container, at the fast rate while somebody is subscribed. `null`: all containers, at the normal rate. */
export const metricsSubscribeSchema = z.object({
  type: z.literal("metrics.subscribe"),
  containerId: idSchema<ContainerId>().nullable(),
});

export type MetricsSubscribe = z.infer<typeof metricsSubscribeSchema>;
