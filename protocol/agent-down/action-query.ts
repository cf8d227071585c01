import { z } from "zod";
import type { ActionId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** After a reconnect: what became of these? The agent answers each from its journal with an `action_result`. */
export const actionQuerySchema = z.object({
  type: z.literal("action.query"),
  actionIds: z.array(idSchema<ActionId>()).max(500),
});

export type ActionQuery = z.infer<typeof actionQuerySchema>;
