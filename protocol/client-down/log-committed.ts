import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema, seqSchema } from "../schema.ts";

/** Lines below `seq` are committed for good. Told every few seconds, so that a client that comes back drops little. */
export const logCommittedSchema = z.object({
  type: z.literal("log.committed"),
  containerId: idSchema<ContainerId>(),
  seq: seqSchema,
});

export type LogCommitted = z.infer<typeof logCommittedSchema>;
