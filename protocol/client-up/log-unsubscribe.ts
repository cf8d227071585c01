import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

export const logUnsubscribeSchema = z.object({
  type: z.literal("log.unsubscribe"),
  containerId: idSchema<ContainerId>(),
});

export type LogUnsubscribe = z.infer<typeof logUnsubscribeSchema>;
