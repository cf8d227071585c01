import { z } from "zod";
import type { ContainerId, HostId, ProjectId } from "../ids.ts";
import { INVISIBLE_PATTERN } from "../person-text.ts";
import { PROTECTION_SCOPES, patternSchema } from "../protection-schema.ts";
import { idSchema } from "../schema.ts";

/** At least one of these; what is left out is not looked at. */
const protectionMatchRequestSchema = z
  .strictObject({
    name: patternSchema.nullable().default(null),
    image: patternSchema.nullable().default(null),
    label: patternSchema.nullable().default(null),
    composeProject: patternSchema.nullable().default(null),
    projectId: idSchema<ProjectId>().nullable().default(null),
  })
  .refine((match) => Object.values(match).some((pattern) => pattern !== null), "say what the rule protects");

const noteSchema = z
  .string()
  .trim()
  .max(200)
  .refine((text) => !INVISIBLE_PATTERN.test(text), "one line without invisible characters");

/** `POST /api/protection-rules` */
export const createProtectionRuleSchema = z.strictObject({
  match: protectionMatchRequestSchema,
  scope: z.enum(PROTECTION_SCOPES).default("all"),
  note: noteSchema.default(""),
});
export type CreateProtectionRule = z.infer<typeof createProtectionRuleSchema>;

/** `PATCH /api/protection-rules/:ruleId`; what is left out stays as it is, `match` is replaced as a whole. */
export const changeProtectionRuleSchema = z.strictObject({
  match: protectionMatchRequestSchema.optional(),
  scope: z.enum(PROTECTION_SCOPES).optional(),
  note: noteSchema.optional(),
});
export type ChangeProtectionRule = z.infer<typeof changeProtectionRuleSchema>;

/** `POST /api/protection-rules/preview` */
export const previewProtectionSchema = z.strictObject({ match: protectionMatchRequestSchema });

/** What a rule would match now: at most the first 200, by name, and how many there are. */
export const protectionPreviewSchema = z.object({
  count: z.number().int().min(0),
  containers: z.array(z.object({ containerId: idSchema<ContainerId>(), name: z.string(), hostId: idSchema<HostId>() })),
});
export type ProtectionPreview = z.infer<typeof protectionPreviewSchema>;
