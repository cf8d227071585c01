import { z } from "zod";
import type { HostId, HubId } from "./ids.ts";
import { idSchema } from "./schema.ts";

/** The claims of an agent's connect token; `challenge.ts` tells how it is used. */
export const connectClaimsSchema = z.object({
  aud: idSchema<HubId>(),
  sub: idSchema<HostId>(),
  nonce: z.string().min(16).max(200),
});

export type ConnectClaims = z.infer<typeof connectClaimsSchema>;
