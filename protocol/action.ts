import { z } from "zod";
import { HEALTH_STATES } from "./container.ts";
import type { ActionId, BulkId, ContainerId, HostId, HubId, OrgId } from "./ids.ts";
import { dockerIdSchema, idSchema, intentSchema, tsNsSchema } from "./schema.ts";

export const ACTION_VERBS = ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"] as const;
export const actionVerbSchema = z.enum(ACTION_VERBS);
export type ActionVerb = z.infer<typeof actionVerbSchema>;

/** `unknown` is not `failed`: nobody has said yet what became of it. */
export const ACTION_STATES = [
  "requested",
  "sent",
  "accepted",
  "running",
  "succeeded",
  "failed",
  "rejected",
  "expired",
  "unknown",
] as const;
export const actionStateSchema = z.enum(ACTION_STATES);
export type ActionState = z.infer<typeof actionStateSchema>;

/** True when nothing further will happen to an action in this state. */
export const isSettled = (state: ActionState): boolean =>
  state === "succeeded" || state === "failed" || state === "rejected" || state === "expired";

/** What the hub signs (purpose `action`); the agent acts on nothing else of the message. */
export const actionCommandSchema = z.object({
  hubId: idSchema<HubId>(),
  orgId: idSchema<OrgId>(),
  hostId: idSchema<HostId>(),
  actionId: idSchema<ActionId>(),
  containerId: idSchema<ContainerId>(),
  dockerId: dockerIdSchema,
  /** `StartedAt` of the container that the person saw; another one is a stale target. `null`: it had never started. */
  startedAtNs: tsNsSchema.nullable(),
  verb: actionVerbSchema,
  /** Stop grace asked for by the person; `null` leaves the container's own. */
  timeoutSeconds: z.number().int().min(0).max(3600).nullable(),
  actor: z.string().max(320),
  /** Set when an Admin acts on a protected container: its name as they typed it, and why. */
  override: z.object({ name: z.string().min(1).max(256), reason: z.string().min(1).max(500) }).nullable(),
  sessionNonce: z.string().max(64),
  issuedAtNs: tsNsSchema,
  timeToLiveMs: z.number().int().min(1).max(3_700_000),
  /** Position and hash of the audit intent that precedes the command. */
  intent: intentSchema,
});

export type ActionCommand = z.infer<typeof actionCommandSchema>;

/** An action as people see it. */
export const actionSchema = z.object({
  actionId: idSchema<ActionId>(),
  containerId: idSchema<ContainerId>(),
  hostId: idSchema<HostId>(),
  verb: actionVerbSchema,
  state: actionStateSchema,
  reason: z.string().max(500),
  actor: z.string().max(320),
  requestedAtNs: tsNsSchema,
  settledAtNs: tsNsSchema.nullable(),
  error: z.object({ code: z.string().max(64), message: z.string().max(1024) }).nullable(),
  containerName: z.string().max(256).optional(),
  /** Stop grace that was asked for. */
  timeoutSeconds: z.number().int().nullable().optional(),
  /** An Admin acts on a protected container. */
  override: z.boolean().optional(),
  /** After this nothing will be begun any more; what runs is settled when its agent says how it ended. */
  deadlineNs: tsNsSchema.optional(),
  /** The states that it went through, each with its time, oldest first. */
  steps: z
    .array(z.object({ state: actionStateSchema, atNs: tsNsSchema }))
    .max(64)
    .optional(),
  /** It was `unknown` before it was settled. */
  late: z.boolean().optional(),
  /** Of the container right after the action, as its agent inspected it; `starting` is still pending. */
  health: z.enum(HEALTH_STATES).optional(),
  bulkId: idSchema<BulkId>().optional(),
});

export type Action = z.infer<typeof actionSchema>;
