import { z } from "zod";
import { seqSchema, tsNsSchema } from "../schema.ts";
import { CURSOR_TAIL_LINES } from "./cursor.ts";

/** `LogCursor` for the control messages that carry one; agents check the same by `decodeLogCursor`. */
export const logCursorSchema = z.object({
  nextSeq: seqSchema,
  tsNs: tsNsSchema,
  ordinal: seqSchema,
  tail: z
    .array(z.object({ tsNs: tsNsSchema, hash: z.string().regex(/^[0-9a-f]{16}$/, "16 hex digits") }).readonly())
    .max(CURSOR_TAIL_LINES)
    .readonly(),
  openLineSinceNs: tsNsSchema.exactOptional(),
  ended: z.literal(true).exactOptional(),
  hint: z
    .object({ kind: z.literal("file"), inode: seqSchema, offset: seqSchema })
    .readonly()
    .exactOptional(),
});
