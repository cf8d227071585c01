import { z } from "zod";

/** The hub's revision does not follow: send a new snapshot. */
export const inventoryRequestSchema = z.object({ type: z.literal("inventory.request") });

export type InventoryRequest = z.infer<typeof inventoryRequestSchema>;
