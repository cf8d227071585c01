import { z } from "zod";
import type { OrgId } from "../ids.ts";
import { displayNameSchema, idSchema } from "../schema.ts";
import { roleSchema } from "./auth.ts";

/** An organization of the person who asks, with their role in it. */
export const orgSchema = z.object({
  orgId: idSchema<OrgId>(),
  name: z.string(),
  role: roleSchema,
  /** The one that this session works in, or that `X-Yardarm-Org` names. */
  active: z.boolean(),
  /** An agent that joins waits until a person has compared its key. */
  approvesHosts: z.boolean(),
});
export type Org = z.infer<typeof orgSchema>;

/** Creating makes the person its owner. */
export const orgRequestSchema = z.object({ name: displayNameSchema });
export type OrgRequest = z.infer<typeof orgRequestSchema>;

/** What is left out stays as it is. The owners' alone. */
export const changeOrgRequestSchema = z
  .strictObject({ name: displayNameSchema.optional(), approvesHosts: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, "Name something to change.");
export type ChangeOrgRequest = z.infer<typeof changeOrgRequestSchema>;

/** From now on the session works in this organization; its cookie is replaced. */
export const switchOrgRequestSchema = z.object({ orgId: idSchema<OrgId>() });
export type SwitchOrgRequest = z.infer<typeof switchOrgRequestSchema>;

/** Header that names the organization of one request; the caller has to be a member. */
export const ORG_HEADER = "x-yardarm-org";
