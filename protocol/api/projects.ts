import { z } from "zod";
import type { HostId, ProjectId } from "../ids.ts";
import { displayNameSchema, idSchema } from "../schema.ts";

/** A group of hosts inside an organization. */
export const projectSchema = z.object({
  projectId: idSchema<ProjectId>(),
  name: z.string(),
  createdAt: z.string(),
  /** The oldest one: hosts that name no project go there. It cannot be deleted. */
  default: z.boolean(),
  hosts: z.number().int(),
});
export type Project = z.infer<typeof projectSchema>;

export const projectRequestSchema = z.object({ name: displayNameSchema });
export type ProjectRequest = z.infer<typeof projectRequestSchema>;

/** Brings a host into the project of the address; the right is needed for both. */
export const moveHostRequestSchema = z.object({ hostId: idSchema<HostId>() });
export type MoveHostRequest = z.infer<typeof moveHostRequestSchema>;
