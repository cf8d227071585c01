import { z } from "zod";
import type { HostId, HubId } from "../ids.ts";
import { base64UrlSchema, idSchema } from "../schema.ts";

/** What the agent signs twice (purpose `next-key`): with the key in force, and with the one that it announces. */
export const keyAnnouncementSchema = z.object({
  hubId: idSchema<HubId>(),
  hostId: idSchema<HostId>(),
  sessionNonce: base64UrlSchema(32),
  agentPublicKey: base64UrlSchema(32),
});
export type KeyAnnouncement = z.infer<typeof keyAnnouncementSchema>;

/** The agent will use another key. `payload` is the JSON of a `KeyAnnouncement`, exactly as signed. */
export const keyAnnounceSchema = z.object({
  type: z.literal("key.announce"),
  payload: z.string().max(4096),
  signature: base64UrlSchema(64),
  nextSignature: base64UrlSchema(64),
});
export type KeyAnnounce = z.infer<typeof keyAnnounceSchema>;
