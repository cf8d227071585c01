import { z } from "zod";
import { hostSchema } from "../host.ts";
import type { HostId, HubId, OrgId, ProjectId } from "../ids.ts";
import { KEY_SET_KEYS } from "../key-set.ts";
import { base64UrlSchema, displayNameSchema, idSchema, tsNsSchema } from "../schema.ts";

/** Without a project the host goes into the organization's default one. */
export const createHostRequestSchema = z.object({
  name: displayNameSchema,
  projectId: idSchema<ProjectId>().optional(),
});
export type CreateHostRequest = z.infer<typeof createHostRequestSchema>;

export const renameHostRequestSchema = z.object({ name: displayNameSchema });
export type RenameHostRequest = z.infer<typeof renameHostRequestSchema>;

/** The fingerprint that the person saw: another agent may have joined meanwhile. */
export const judgeAgentRequestSchema = z.object({ keyFingerprint: z.string().min(1).max(128) });
export type JudgeAgentRequest = z.infer<typeof judgeAgentRequestSchema>;

/** Shown once. `commands` are ready to paste; none carries the token in an argument list. */
export const createHostResponseSchema = z.object({
  host: hostSchema,
  joinToken: z.string(),
  expiresAt: z.string(),
  commands: z.object({ node: z.string(), dockerRun: z.string(), compose: z.string(), systemd: z.string() }),
});
export type CreateHostResponse = z.infer<typeof createHostResponseSchema>;

/**
 * `payload` is the JSON of an `EnrollClaim`, exactly as signed twice: by the join token's seed (purpose `join-token`)
 * and by the agent's new key (purpose `enroll`). The seed itself never travels.
 */
export const enrollRequestSchema = z.object({
  payload: z.string().max(4096),
  seedSignature: base64UrlSchema(64),
  agentSignature: base64UrlSchema(64),
});
export type EnrollRequest = z.infer<typeof enrollRequestSchema>;

export const enrollClaimSchema = z.object({
  tokenId: z.string().max(64),
  agentPublicKey: base64UrlSchema(32),
  /** SHA-256 of the hub's key set as the join token states it. */
  keySetFingerprint: base64UrlSchema(32),
  agentVersion: z.string().max(64),
  hostname: z.string().max(255),
});
export type EnrollClaim = z.infer<typeof enrollClaimSchema>;

/** The hub's public keys. Its fingerprint is the SHA-256 of the exact JSON text in which it travels. */
export const keySetSchema = z.object({
  /** Raised by every change. */
  version: z.number().int().min(1),
  /** Raised by the recovery key alone; a set of a higher one replaces every set of a lower one. */
  generation: z.number().int().min(0),
  hubId: idSchema<HubId>(),
  /** Fingerprint of the set that this one follows. */
  previous: base64UrlSchema(32).nullable(),
  keys: z
    .array(z.object({ keyId: z.string().max(80), publicKey: base64UrlSchema(32) }))
    .min(1)
    .max(KEY_SET_KEYS),
  /** Its private half is on no machine of the hub: it revokes all online keys, or replaces itself. */
  recoveryPublicKey: base64UrlSchema(32),
});
export type KeySet = z.infer<typeof keySetSchema>;

/** Answer to an enrollment. `payload` is the JSON of an `Enrolled`, signed by the hub (purpose `enrolled`). */
export const enrollResponseSchema = z.object({
  keySet: z.string().max(8192),
  payload: z.string().max(8192),
  keyId: z.string().max(80),
  signature: base64UrlSchema(64),
});
export type EnrollResponse = z.infer<typeof enrollResponseSchema>;

export const enrolledSchema = z.object({
  hubId: idSchema<HubId>(),
  orgId: idSchema<OrgId>(),
  hostId: idSchema<HostId>(),
  agentPublicKey: base64UrlSchema(32),
  enrolledAtNs: tsNsSchema,
});
export type Enrolled = z.infer<typeof enrolledSchema>;
