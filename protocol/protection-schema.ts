import { z } from "zod";
import type { HostId, HubId, OrgId, ProjectId, ProtectionRuleId } from "./ids.ts";
import { MOST_PROTECTION_RULES } from "./limits.ts";
import { INVISIBLE_PATTERN } from "./person-text.ts";
import { dockerIdSchema, idSchema, tsNsSchema } from "./schema.ts";

/** Rules of an organization that protect containers (ACTN-05): what the hub keeps, and what it tells each agent, signed. */

const PATTERN_CHARACTERS = 200;

export const PROTECTION_SCOPES = ["stop", "all"] as const;

/** Text in which `*` stands for any characters. */
export const patternSchema = z
  .string()
  .min(1)
  .max(PATTERN_CHARACTERS)
  .refine((text) => !INVISIBLE_PATTERN.test(text), "one line without invisible characters");

/** What a rule looks at on a container; every pattern that is given has to fit, `null` looks at nothing. */
const patterns = {
  name: patternSchema.nullable(),
  /** The image as the container names it, `postgres:*`. */
  image: patternSchema.nullable(),
  /** `name` of a label that has to exist, or `name=pattern`. */
  label: patternSchema.nullable(),
  composeProject: patternSchema.nullable(),
};

export const protectionPatternsSchema = z.object(patterns);
export type ProtectionPatterns = z.infer<typeof protectionPatternsSchema>;

/** What a rule applies to: a project of the organization, or everything, narrowed by patterns. */
export const protectionMatchSchema = z.object({ ...patterns, projectId: idSchema<ProjectId>().nullable() });
export type ProtectionMatch = z.infer<typeof protectionMatchSchema>;

/** `stop`: STOP, KILL and RESTART need an Admin who types the name. `all`: PAUSE too. */
export const protectionRuleSchema = z.object({
  ruleId: idSchema<ProtectionRuleId>(),
  match: protectionMatchSchema,
  scope: z.enum(PROTECTION_SCOPES),
  /** Why, for those who meet it. */
  note: z.string().max(200),
  createdAt: z.string(),
  /** Name of whoever made it. */
  createdBy: z.string(),
});
export type ProtectionRule = z.infer<typeof protectionRuleSchema>;

/** What the hub signs (purpose `protection-rules`) for one host. The agent keeps it, and takes nothing older instead. */
export const protectionOrderSchema = z.object({
  hubId: idSchema<HubId>(),
  orgId: idSchema<OrgId>(),
  hostId: idSchema<HostId>(),
  /** Grows with every change of the organization's rules. */
  version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  issuedAtNs: tsNsSchema,
  rules: z
    .array(z.object({ ...patterns, scope: z.enum(PROTECTION_SCOPES), note: z.string().max(200) }))
    .max(MOST_PROTECTION_RULES),
  /** The container in which the hub itself runs, wherever that is; `null`: in none. */
  hubContainer: dockerIdSchema.nullable(),
});
export type ProtectionOrder = z.infer<typeof protectionOrderSchema>;
export type OrderedRule = ProtectionOrder["rules"][number];

/** What protects a container, in effect; `reason` is a sentence for people, `null` when nothing does. */
export const protectionSchema = z.object({
  scope: z.enum(["none", "stop", "all"]),
  reason: z.string().max(512).nullable(),
});
