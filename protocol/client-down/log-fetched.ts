import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema, seqSchema } from "../schema.ts";

/** End of the answer to `log.fetch`: nothing below `fromSeq` is stored when it is higher than what was asked. */
export const logFetchedSchema = z.object({
  type: z.literal("log.fetched"),
  containerId: idSchema<ContainerId>(),
  fromSeq: seqSchema,
  toSeq: seqSchema,
});

export type LogFetched = z.infer<typeof logFetchedSchema>;
