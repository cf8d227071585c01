import { z } from "zod";
import { actionSchema } from "../action.ts";

/** An action that this person may see changed its state. The container's state comes from the inventory, never from here. */
export const actionUpdateSchema = z.object({ type: z.literal("action.update"), action: actionSchema });

export type ActionUpdate = z.infer<typeof actionUpdateSchema>;
