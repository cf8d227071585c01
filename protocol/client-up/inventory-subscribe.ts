import { z } from "zod";

/** The whole fleet that this person may see: a snapshot, then deltas with a revision. */
export const inventorySubscribeSchema = z.object({ type: z.literal("inventory.subscribe") });

export type InventorySubscribe = z.infer<typeof inventorySubscribeSchema>;
