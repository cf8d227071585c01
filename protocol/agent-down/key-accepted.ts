import { z } from "zod";
import { base64UrlSchema } from "../schema.ts";

/** The hub knows the key that was announced: the agent may come back with it. Unsigned, because it grants nothing. */
export const keyAcceptedSchema = z.object({ type: z.literal("key.accepted"), agentPublicKey: base64UrlSchema(32) });
export type KeyAccepted = z.infer<typeof keyAcceptedSchema>;
