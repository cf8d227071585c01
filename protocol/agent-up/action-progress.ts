import { z } from "zod";
import type { ActionId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** Sent when the agent has accepted an action and every 3 s while it runs; silence turns the action `unknown`. */
export const actionProgressSchema = z.object({
  type: z.literal("action_progress"),
  action_id: idSchema<ActionId>(),
  phase: z.enum(["accepted", "running"]),
});

export type ActionProgress = z.infer<typeof actionProgressSchema>;
