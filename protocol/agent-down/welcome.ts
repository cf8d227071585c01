import { z } from "zod";
import type { HostId, HubId, NodeId, OrgId } from "../ids.ts";
import { base64UrlSchema, idSchema, signedSchema, tsNsSchema } from "../schema.ts";

/** What the hub signs (purpose `welcome`). An agent takes its clock offset from here and from nowhere else. */
export const sessionSchema = z.object({
  hubId: idSchema<HubId>(),
  nodeId: idSchema<NodeId>(),
  orgId: idSchema<OrgId>(),
  hostId: idSchema<HostId>(),
  sessionNonce: base64UrlSchema(32),
  /** Orders the successive connections of one host. */
  epoch: z.number().int().min(1),
  protocol: z.number().int().min(1),
  hubTimeNs: tsNsSchema,
  enrolledAtNs: tsNsSchema,
});

export type AgentSession = z.infer<typeof sessionSchema>;

/** Answer to `hello`; `payload` is the JSON of an `AgentSession`, exactly as signed. */
export const welcomeSchema = z.object({ type: z.literal("welcome"), ...signedSchema });

export type Welcome = z.infer<typeof welcomeSchema>;
