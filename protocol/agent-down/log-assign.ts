import { z } from "zod";
import { logCursorSchema } from "../log/cursor-schema.ts";
import { aliasSchema, dockerIdSchema } from "../schema.ts";

/**
 * The hub's answer to containers that it learned of: the alias under which each log is sent, and the committed cursor
 * from which it goes on (`null`: nothing was ever committed). A container without an assignment is not followed.
 */
export const logAssignSchema = z.object({
  type: z.literal("log.assign"),
  streams: z
    .array(z.object({ dockerId: dockerIdSchema, alias: aliasSchema, cursor: logCursorSchema.nullable() }))
    .max(500),
});

export type LogAssign = z.infer<typeof logAssignSchema>;
