import { z } from "zod";
import { aliasSchema } from "../schema.ts";

/** Nobody watches any more: back to large compressed batches. */
export const logStreamStopSchema = z.object({ type: z.literal("log.stream.stop"), alias: aliasSchema });

export type LogStreamStop = z.infer<typeof logStreamStopSchema>;
