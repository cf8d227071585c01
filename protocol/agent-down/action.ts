import { z } from "zod";
import { actionVerbSchema } from "../action.ts";
import type { ActionId, ContainerId } from "../ids.ts";
import { idSchema, signedSchema } from "../schema.ts";

/** A command. The agent acts on `payload` (JSON of an `ActionCommand`) alone and refuses when the plain fields differ. */
export const actionMessageSchema = z.object({
  type: z.literal("action"),
  action_id: idSchema<ActionId>(),
  container_id: idSchema<ContainerId>(),
  action: actionVerbSchema,
  ...signedSchema,
});

export type ActionMessage = z.infer<typeof actionMessageSchema>;
