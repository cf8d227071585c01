import { z } from "zod";
import type { ProjectId, UserId } from "../ids.ts";
import { idSchema } from "../schema.ts";
import { roleSchema } from "./auth.ts";

const MOST_PROJECTS = 100;

/** Projects to which somebody is narrowed; `null`: the whole organization. */
export const memberProjectsSchema = z.array(idSchema<ProjectId>()).min(1).max(MOST_PROJECTS).nullable();

export const memberSchema = z.object({
  userId: idSchema<UserId>(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  projects: z.array(idSchema<ProjectId>()).nullable(),
  joinedAt: z.string(),
  /** The person who asks. */
  self: z.boolean(),
});
export type Member = z.infer<typeof memberSchema>;

/** What is left out stays. Nobody gives a role above their own, and an owner is never narrowed. */
export const changeMemberRequestSchema = z
  .object({ role: roleSchema.optional(), projects: memberProjectsSchema.optional() })
  .refine(({ role, projects }) => role !== undefined || projects !== undefined, "a role or projects");
export type ChangeMemberRequest = z.infer<typeof changeMemberRequestSchema>;

/** The other becomes an owner, the one who asks an admin, both at once. */
export const transferRequestSchema = z.object({ userId: idSchema<UserId>() });
export type TransferRequest = z.infer<typeof transferRequestSchema>;
