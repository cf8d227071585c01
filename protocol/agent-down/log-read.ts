import { z } from "zod";
import { aliasSchema, signedSchema } from "../schema.ts";

/**
 * Read older lines from the engine's own log; `payload` is the JSON of a `LogReadOrder`, exactly as signed. Answered by
 * one page frame (`log/page-frame.ts`) that carries `request`.
 */
export const logReadSchema = z.object({ type: z.literal("log.read"), request: aliasSchema, ...signedSchema });

export type LogRead = z.infer<typeof logReadSchema>;

/** Nobody waits for that page any more. */
export const logReadCancelSchema = z.object({ type: z.literal("log.read.cancel"), request: aliasSchema });

export type LogReadCancel = z.infer<typeof logReadCancelSchema>;
