import { z } from "zod";
import { aliasSchema } from "../schema.ts";

/** Somebody watches: every read of this container leaves at once, uncompressed. */
export const logStreamStartSchema = z.object({ type: z.literal("log.stream.start"), alias: aliasSchema });

export type LogStreamStart = z.infer<typeof logStreamStartSchema>;
