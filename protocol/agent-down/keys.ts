import { z } from "zod";
import { KEY_SET_CHANGES } from "../key-set.ts";
import { base64UrlSchema } from "../schema.ts";

/**
 * Every change of the hub's key set that it remembers, oldest first, before `welcome`. `payload` is the exact text of
 * the new set (a `KeySet`), signed for `key-set` by an online key of the set before it, or by the recovery key.
 */
export const keysSchema = z.object({
  type: z.literal("keys"),
  updates: z
    .array(
      z.object({ payload: z.string().max(4096), keyId: z.string().min(1).max(80), signature: base64UrlSchema(64) }),
    )
    .max(KEY_SET_CHANGES),
});

export type KeysMessage = z.infer<typeof keysSchema>;
