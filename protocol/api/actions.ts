import { z } from "zod";
import { actionSchema, actionVerbSchema } from "../action.ts";
import { containerSchema } from "../container.ts";

export const actionRequestSchema = z.object({
  action: actionVerbSchema,
  reason: z.string().trim().min(1).max(500),
  timeoutSeconds: z.exactOptional(z.number().int().min(0).max(3600)),
  /** Name of a protected container, typed by an Admin who means it. */
  override: z.exactOptional(z.string().max(256)),
});
export type ActionRequest = z.infer<typeof actionRequestSchema>;

/** 200: settled. 202 carries the same document with an unsettled `action` and a `Location`. */
export const actionResponseSchema = z.object({
  status: z.enum(["SUCCESS", "FAILURE", "PENDING"]),
  error: z.exactOptional(z.string()),
  action: actionSchema,
  container: containerSchema.nullable(),
});
export type ActionResponse = z.infer<typeof actionResponseSchema>;
