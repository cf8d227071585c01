import { z } from "zod";
import type { HostId, HubId } from "../ids.ts";
import { base64UrlSchema, idSchema } from "../schema.ts";

/** What the hub signs (purpose `rotate-key`). */
export const keyRotateOrderSchema = z.object({
  hubId: idSchema<HubId>(),
  hostId: idSchema<HostId>(),
  sessionNonce: base64UrlSchema(32),
});
export type KeyRotateOrder = z.infer<typeof keyRotateOrderSchema>;

/** The agent shall make itself another key. `payload` is the JSON of a `KeyRotateOrder`, exactly as signed. */
export const keyRotateSchema = z.object({
  type: z.literal("key.rotate"),
  payload: z.string().max(4096),
  keyId: z.string().min(1).max(80),
  signature: base64UrlSchema(64),
});
export type KeyRotate = z.infer<typeof keyRotateSchema>;
