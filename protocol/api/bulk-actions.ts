import { z } from "zod";
import { actionVerbSchema } from "../action.ts";
import { CONTAINER_STATES } from "../container.ts";
import type { ActionId, BulkId, ContainerId, HostId, ProjectId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** Acting on several containers: first a plan, which does nothing, then its execution. */

export const MOST_BULK_TARGETS = 500;
/** For how long a plan can be carried out. */
export const PLAN_MS = 5 * 60_000;

/** Every condition that is given has to hold. */
export const containerFilterSchema = z
  .strictObject({
    hostId: idSchema<HostId>().optional(),
    projectId: idSchema<ProjectId>().optional(),
    composeProject: z.string().min(1).max(256).optional(),
    state: z.enum(CONTAINER_STATES).optional(),
    /** `name` or `name=value`. */
    label: z.string().min(1).max(1000).optional(),
    /** Part of the name, image or compose project. */
    q: z.string().min(1).max(200).optional(),
  })
  .refine((filter) => Object.values(filter).some((part) => part !== undefined), "say at least one condition");
export type ContainerFilter = z.infer<typeof containerFilterSchema>;

/** `POST /api/actions/plan` */
export const planRequestSchema = z
  .strictObject({
    action: actionVerbSchema,
    containerIds: z.array(idSchema<ContainerId>()).min(1).max(MOST_BULK_TARGETS).optional(),
    filter: containerFilterSchema.optional(),
    timeoutSeconds: z.number().int().min(0).max(3600).optional(),
  })
  .refine(
    ({ containerIds, filter }) => (containerIds === undefined) !== (filter === undefined),
    "give either containerIds or filter",
  );
export type PlanRequest = z.infer<typeof planRequestSchema>;

const PLAN_EXCLUSIONS = [
  "already", // it is so already
  "impossible", // its state does not allow it
  "protected", // acted on one by one only, by an Admin
  "not_allowed",
  "offline",
  "not_found",
] as const;

const planned = {
  containerId: idSchema<ContainerId>(),
  name: z.string(),
  hostId: idSchema<HostId>(),
  hostName: z.string(),
};

/** What would happen. Nothing has; `planId` can be carried out once, by the same person, until `expiresAt`. */
export const planSchema = z.object({
  planId: idSchema<BulkId>(),
  expiresAt: z.string(),
  action: actionVerbSchema,
  targets: z.array(z.object(planned)),
  /** What was asked for and will not be touched, each with a sentence; host and name are empty for what is not found. */
  excluded: z.array(
    z.object({
      ...planned,
      hostId: idSchema<HostId>().nullable(),
      why: z.enum(PLAN_EXCLUSIONS),
      reason: z.string(),
    }),
  ),
  /** For how long a target may take to end by itself, the longest; 0 when the action waits for nothing. */
  longestGraceSeconds: z.number().min(0),
});
export type ActionPlan = z.infer<typeof planSchema>;

/** `POST /api/actions/bulk` */
export const bulkRequestSchema = z.strictObject({
  planId: idSchema<BulkId>(),
  reason: z.string().trim().min(1).max(500),
  /** After a failure nothing further is begun. */
  stopOnFailure: z.boolean().default(false),
  parallelism: z.number().int().min(1).max(16).default(4),
});
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

/** `skipped`: it was not begun, and will not be. `unknown` may still turn into one of the others. */
const BULK_TARGET_STATES = ["waiting", "under_way", "succeeded", "failed", "unknown", "skipped"] as const;

export const bulkTargetSchema = z.object({
  ...planned,
  state: z.enum(BULK_TARGET_STATES),
  /** The action, as soon as there is one; its own states come by `action.update`, which names this bulk. */
  actionId: idSchema<ActionId>().nullable(),
  error: z.object({ code: z.string().max(64), message: z.string().max(1024) }).nullable(),
});
export type BulkTarget = z.infer<typeof bulkTargetSchema>;

/** `stopped`: after a failure, as asked. `interrupted`: the hub ended meanwhile; what was not begun is skipped. */
const BULK_STATES = ["running", "finished", "stopped", "interrupted"] as const;

/** A bulk action and how far it is. It has the id of its plan. */
export const bulkSchema = z.object({
  bulkId: idSchema<BulkId>(),
  action: actionVerbSchema,
  reason: z.string(),
  actor: z.string(),
  state: z.enum(BULK_STATES),
  stopOnFailure: z.boolean(),
  parallelism: z.number().int(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  targets: z.array(bulkTargetSchema),
});
export type BulkAction = z.infer<typeof bulkSchema>;
