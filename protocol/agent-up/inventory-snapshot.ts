import { z } from "zod";
import { reportedContainerSchema } from "../container.ts";

/**
 * Everything that exists on the host, in pages below the message limit. Pages of one snapshot share `revision` and
 * arrive in order from page 0; `last` completes it, and whatever it did not name is gone.
 */
export const inventorySnapshotSchema = z.object({
  type: z.literal("inventory.snapshot"),
  revision: z.number().int().min(0),
  page: z.number().int().min(0),
  last: z.boolean(),
  containers: z.array(reportedContainerSchema).max(2000),
});

export type InventorySnapshot = z.infer<typeof inventorySnapshotSchema>;
