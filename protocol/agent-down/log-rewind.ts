import { z } from "zod";
import { logCursorSchema } from "../log/cursor-schema.ts";
import { aliasSchema, seqSchema } from "../schema.ts";

/** A batch did not start at the expected `seq`: go back to the cursor. Frames are ignored until the agent obeys. */
export const logRewindSchema = z.object({
  type: z.literal("log.rewind"),
  alias: aliasSchema,
  nextSeq: seqSchema,
  cursor: logCursorSchema.nullable(),
});

export type LogRewind = z.infer<typeof logRewindSchema>;
