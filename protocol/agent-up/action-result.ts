import { z } from "zod";
import { reportedContainerSchema } from "../container.ts";
import type { ActionId } from "../ids.ts";
import { base64UrlSchema, idSchema, intentSchema, tsNsSchema } from "../schema.ts";

/** What the agent signs (purpose `action-result`). */
export const actionOutcomeSchema = z.object({
  actionId: idSchema<ActionId>(),
  status: z.enum(["SUCCESS", "FAILURE"]),
  /** `true`: refused before anything was done. */
  rejected: z.boolean(),
  error: z.object({ code: z.string().max(64), message: z.string().max(1024) }).nullable(),
  finishedAtNs: tsNsSchema,
  /** The container as inspected afterwards; `null` when it is gone or could not be inspected. */
  container: reportedContainerSchema.nullable(),
  /** The newest audit intent that a command ever brought to this host; `null`: none did. */
  witness: intentSchema.nullable(),
});

export type ActionOutcome = z.infer<typeof actionOutcomeSchema>;

export const actionResultSchema = z.object({
  type: z.literal("action_result"),
  action_id: idSchema<ActionId>(),
  status: z.enum(["SUCCESS", "FAILURE"]),
  error: z.exactOptional(z.string().max(1024)),
  /** JSON of `ActionOutcome`, exactly as signed. */
  payload: z.string().max(262_144),
  signature: base64UrlSchema(64),
});

export type ActionResult = z.infer<typeof actionResultSchema>;
