import { z } from "zod";

/** The hub is about to close: come back after `afterMs`. */
export const reconnectSchema = z.object({
  type: z.literal("reconnect"),
  afterMs: z.number().int().min(0).max(600_000),
  reason: z.string().max(256),
});

export type Reconnect = z.infer<typeof reconnectSchema>;
