import { z } from "zod";
import { logSourceSchema } from "../container.ts";
import { dockerIdSchema } from "../schema.ts";

/** How the logs of these containers are read, sent when it changes. */
export const logStatusSchema = z.object({
  type: z.literal("log.status"),
  containers: z.array(z.object({ dockerId: dockerIdSchema, source: logSourceSchema })).max(2000),
});

export type LogStatus = z.infer<typeof logStatusSchema>;
