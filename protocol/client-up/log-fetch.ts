import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema, seqSchema } from "../schema.ts";

/**
 * Lines of a subscribed container that this client does not hold: a skipped range, or older ones on scrolling up.
 * `toSeq` is exclusive. Answered by frames in ascending order and then `log.fetched`.
 */
export const logFetchSchema = z.object({
  type: z.literal("log.fetch"),
  containerId: idSchema<ContainerId>(),
  fromSeq: seqSchema,
  toSeq: seqSchema,
});

export type LogFetch = z.infer<typeof logFetchSchema>;
