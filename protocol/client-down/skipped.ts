import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema, seqSchema } from "../schema.ts";

/** This viewer's queue was full: lines `from` to `to` (exclusive) were not sent. They can be fetched; nothing is lost. */
export const skippedSchema = z.object({
  type: z.literal("skipped"),
  containerId: idSchema<ContainerId>(),
  from: seqSchema,
  to: seqSchema,
});

export type Skipped = z.infer<typeof skippedSchema>;
