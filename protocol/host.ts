import { z } from "zod";
import { actionVerbSchema } from "./action.ts";
import type { HostId, ProjectId } from "./ids.ts";
import { idSchema, tsNsSchema } from "./schema.ts";

/** What an agent says of its machine and engine. */

export const engineStateSchema = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("connected"),
    kind: z.enum(["docker", "podman"]),
    version: z.string().max(64),
    apiVersion: z.string().max(16),
    simulated: z.boolean(),
  }),
  z.object({ state: z.literal("unreachable"), code: z.string().max(64), message: z.string().max(1024) }),
]);

export type EngineState = z.infer<typeof engineStateSchema>;

export const machineSchema = z.object({
  hostname: z.string().max(255),
  os: z.string().max(255),
  kernel: z.string().max(255),
  arch: z.string().max(32),
  cpus: z.number().int().min(1),
  memoryBytes: z.number().min(0),
});

export type Machine = z.infer<typeof machineSchema>;

/**
 * What the host's owner allows, as its agent says; the hub can only respect it. `none`: there is no policy file.
 * `invalid`: there is one that cannot be relied on, so the host is read-only and `reason` says why.
 */
export const hostPolicySchema = z.object({
  mode: z.enum(["none", "enforced", "read_only", "invalid"]),
  reason: z.string().max(256).nullable(),
  allowedVerbs: z.array(actionVerbSchema).max(16),
  /** Whether an Admin may override what protects a container. */
  protectedOverride: z.boolean(),
  /** Whether these may be read at all; single containers may be denied nevertheless. */
  logs: z.boolean(),
  readThrough: z.boolean(),
  environment: z.boolean(),
  /** Entries of the file that deny containers, and rules that redact log text. */
  deniedActions: z.number().int().min(0),
  deniedReads: z.number().int().min(0),
  redactionRules: z.number().int().min(0),
});

export type HostPolicy = z.infer<typeof hostPolicySchema>;

export const METRICS_BACKENDS = ["cgroup", "api"] as const;

/** An agent has joined with a key that a person has to compare with the one that the agent shows. */
export const hostApprovalSchema = z.object({
  keyFingerprint: z.string().max(128),
  /** What the agent calls its machine, and where it asked from. */
  hostname: z.string().max(255),
  address: z.string().max(64),
  sinceNs: tsNsSchema,
});

export type HostApproval = z.infer<typeof hostApprovalSchema>;

/** `pending`: created, its agent has not enrolled yet. The others are `HOST-04`'s states. */
const HOST_STATUSES = ["pending", "online", "stale", "offline"] as const;

export const hostSchema = z.object({
  hostId: idSchema<HostId>(),
  projectId: idSchema<ProjectId>(),
  name: z.string().max(255),
  status: z.enum(HOST_STATUSES),
  lastSeenAtNs: tsNsSchema.nullable(),
  enrolledAtNs: tsNsSchema.nullable(),
  agentVersion: z.string().max(64).nullable(),
  machine: machineSchema.nullable(),
  engine: engineStateSchema.nullable(),
  metricsBackend: z.enum(METRICS_BACKENDS).nullable(),
  /** Absent until its agent has said. */
  policy: hostPolicySchema.optional(),
  /** Agent clock minus hub clock. */
  clockSkewMs: z.number().nullable(),
  /** SHA-256 of the agent's public key, hex in groups; what a person compares. */
  keyFingerprint: z.string().max(128).nullable(),
  /** Absent while no agent waits. One with an earlier key may be connected meanwhile. */
  approval: hostApprovalSchema.optional(),
  /** When a second agent with this host's identity was last refused; absent: never since its key was made. */
  clonedAtNs: tsNsSchema.optional(),
});

export type Host = z.infer<typeof hostSchema>;
export type HostStatus = Host["status"];
