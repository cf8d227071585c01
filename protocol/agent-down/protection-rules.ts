import { z } from "zod";
import { base64UrlSchema } from "../schema.ts";

/**
 * The organization's rules for this host; `payload` is the JSON of a `ProtectionOrder`, exactly as signed. Sent after
 * `welcome` and whenever they change, before any command that comes later.
 */
export const protectionRulesSchema = z.object({
  type: z.literal("protection.rules"),
  payload: z.string().max(262_144),
  keyId: z.string().min(1).max(80),
  signature: base64UrlSchema(64),
});

export type ProtectionRules = z.infer<typeof protectionRulesSchema>;
