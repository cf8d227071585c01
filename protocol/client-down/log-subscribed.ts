import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { aliasSchema, idSchema, seqSchema } from "../schema.ts";

/**
 * The subscription stands. Binary frames name `alias`; the first line that will arrive is `fromSeq`. When `epoch`
 * differs from the last one the client drops what it holds from `committedSeq` on: those lines will come again.
 */
export const logSubscribedSchema = z.object({
  type: z.literal("log.subscribed"),
  containerId: idSchema<ContainerId>(),
  alias: aliasSchema,
  epoch: z.string().max(64),
  fromSeq: seqSchema,
  /** Lines below are committed for good. */
  committedSeq: seqSchema,
  /** Lines below exist now; backfill ends and the live stream begins here. */
  nextSeq: seqSchema,
});

export type LogSubscribed = z.infer<typeof logSubscribedSchema>;
