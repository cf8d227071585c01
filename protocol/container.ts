import { z } from "zod";
import type { ContainerId, HostId, WorkloadId } from "./ids.ts";
import { protectionSchema } from "./protection-schema.ts";
import { dockerIdSchema, idSchema, tsNsSchema } from "./schema.ts";

/** A container as its agent reports it. Labels and names are hostile text: shown as text nodes, never trusted. */

export const CONTAINER_STATES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;
export const HEALTH_STATES = ["none", "starting", "healthy", "unhealthy"] as const;

const portSchema = z.object({
  containerPort: z.number().int().min(0).max(65_535),
  protocol: z.string().max(16),
  hostIp: z.string().max(64).nullable(),
  hostPort: z.number().int().min(0).max(65_535).nullable(),
});

const composeSchema = z.object({
  project: z.string().max(256),
  service: z.string().max(256),
  number: z.number().int().nullable(),
});

export const reportedContainerSchema = z.object({
  dockerId: dockerIdSchema,
  name: z.string().max(256),
  image: z.string().max(1024),
  imageId: z.string().max(256),
  state: z.enum(CONTAINER_STATES),
  health: z.enum(HEALTH_STATES),
  exitCode: z.number().int().nullable(),
  oomKilled: z.boolean(),
  createdAtNs: tsNsSchema,
  startedAtNs: tsNsSchema.nullable(),
  finishedAtNs: tsNsSchema.nullable(),
  restartCount: z.number().int().min(0),
  labels: z.record(z.string().max(512), z.string().max(4096)),
  ports: z.array(portSchema).max(1024),
  networkMode: z.string().max(256),
  tty: z.boolean(),
  logDriver: z.string().max(64),
  logOptions: z.record(z.string().max(64), z.string().max(256)),
  memoryLimitBytes: z.number().min(0).nullable(),
  cpuLimitCores: z.number().min(0).nullable(),
  stopGraceSeconds: z.number().int().nullable(),
  compose: composeSchema.nullable(),
  /** True for the container in which this agent itself runs. */
  isAgent: z.boolean(),
});

export type ReportedContainer = z.infer<typeof reportedContainerSchema>;
export type ContainerState = ReportedContainer["state"];
export type Health = ReportedContainer["health"];

/** How the container's log is read, as its agent says. `unreadable` carries the engine's own words. */
export const logSourceSchema = z.discriminatedUnion("kind", [
  /** `reason`: why it is not read yet, or not at the moment. */
  z.object({ kind: z.literal("pending"), reason: z.string().max(256).optional() }),
  /** `reason`: why the agent does not read the engine's files. */
  z.object({ kind: z.literal("api"), behindMs: z.number().min(0), reason: z.string().max(1024).optional() }),
  z.object({ kind: z.literal("file"), behindMs: z.number().min(0) }),
  z.object({ kind: z.literal("off"), reason: z.string().max(256) }),
  z.object({ kind: z.literal("unreadable"), reason: z.string().max(1024) }),
]);

export type LogSourceState = z.infer<typeof logSourceSchema>;

/** A container as the hub shows it: the report, its lasting identity, and what the hub knows about it. */
export const containerSchema = reportedContainerSchema.extend({
  containerId: idSchema<ContainerId>(),
  workloadId: idSchema<WorkloadId>(),
  hostId: idSchema<HostId>(),
  /** When the hub learned that the engine no longer has it; its logs stay readable. */
  removedAtNs: tsNsSchema.nullable(),
  logSource: logSourceSchema,
  /** What keeps people from stopping it, as the hub sees it now: labels, rules of the organization, Yardarm itself. */
  protection: protectionSchema.optional(),
});

export type Container = z.infer<typeof containerSchema>;
