import { z } from "zod";
import { ERROR_CODES } from "../errors.ts";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** A refused request. The connection stays open unless it closes with the same code right after. */
export const clientErrorSchema = z.object({
  type: z.literal("error"),
  code: z.enum(ERROR_CODES),
  message: z.string(),
  /** The `type` of the message that was refused, `null` when it could not be read. */
  refused: z.string().nullable(),
  containerId: idSchema<ContainerId>().nullable(),
  /** Of what nobody expected: under this id the hub's own log has the cause. */
  requestId: z.string().max(64).optional(),
});

export type ClientError = z.infer<typeof clientErrorSchema>;
