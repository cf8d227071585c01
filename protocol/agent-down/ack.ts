import { z } from "zod";
import { aliasSchema, seqSchema } from "../schema.ts";

/** Everything below `nextSeq` is committed. At most every `ACK_INTERVAL_MS`. */
export const ackSchema = z.object({
  type: z.literal("ack"),
  acks: z.array(z.object({ alias: aliasSchema, nextSeq: seqSchema })).max(5000),
});

export type Ack = z.infer<typeof ackSchema>;
