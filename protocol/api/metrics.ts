import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

const METRICS_RANGES = ["15m", "1h", "6h", "24h", "7d", "30d"] as const;
const metricsRangeSchema = z.enum(METRICS_RANGES);

const column = z.array(z.number().nullable());

/** History of one container as columns of equal length; `null` = unknown, shown as a gap. */
export const metricsHistorySchema = z.object({
  containerId: idSchema<ContainerId>(),
  range: metricsRangeSchema,
  /** Milliseconds since the epoch, ascending. */
  tsMs: z.array(z.number()),
  cpuCores: column,
  memoryUsedBytes: column,
  memoryLimitBytes: column,
  networkRxBytesPerSecond: column,
  networkTxBytesPerSecond: column,
});
export type MetricsHistory = z.infer<typeof metricsHistorySchema>;
