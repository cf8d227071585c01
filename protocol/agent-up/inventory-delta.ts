import { z } from "zod";
import { reportedContainerSchema } from "../container.ts";
import { dockerIdSchema } from "../schema.ts";

/** A change. `revision` is exactly one above the last; otherwise the hub asks for a new snapshot. */
export const inventoryDeltaSchema = z.object({
  type: z.literal("inventory.delta"),
  revision: z.number().int().min(1),
  upserts: z.array(reportedContainerSchema).max(2000),
  removes: z.array(dockerIdSchema).max(2000),
});

export type InventoryDelta = z.infer<typeof inventoryDeltaSchema>;
