import { createHash } from "node:crypto";
import type { OrgId } from "@yardarm/protocol/ids";

/** Everything that leaves a row. */
export const AUDIT_KINDS = [
  "instance.claimed",
  "session.signed_in",
  "session.refused",
  "session.signed_out",
  "session.revoked",
  "host.created",
  "host.renamed",
  "host.join_token",
  "host.enrolled",
  "host.removed",
  "host.moved",
  "host.cloned",
  "host.waiting",
  "host.approved",
  "host.refused",
  "host.key_rotation",
  "host.key_rotated",
  "org.created",
  "org.renamed",
  "org.approval_changed",
  "project.created",
  "project.renamed",
  "project.deleted",
  "member.joined",
  "member.changed",
  "member.removed",
  "member.left",
  "invitation.created",
  "invitation.withdrawn",
  "invitation.refused",
  "token.created",
  "token.revoked",
  "account.renamed",
  "admin.granted",
  "admin.revoked",
  "password.changed",
  "password.reset",
  "second_factor.added",
  "second_factor.removed",
  "second_factor.reset",
  "recovery_codes.replaced",
  "passkey.added",
  "passkey.renamed",
  "passkey.removed",
  "identity.linked",
  "identity.unlinked",
  "retention.changed",
  "logs.downloaded",
  "audit.exported",
  "access.denied",
  "protection.created",
  "protection.changed",
  "protection.deleted",
  "bulk.started",
  "bulk.ended",
  "action.intent",
  "action.outcome",
  "action.denied",
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface AuditActor {
  readonly type: "user" | "agent" | "hub";
  readonly id: string | null;
  readonly name: string;
}

export interface AuditTarget {
  readonly type:
    | "org"
    | "user"
    | "session"
    | "host"
    | "container"
    | "action"
    | "project"
    | "invitation"
    | "token"
    | "passkey"
    | "identity"
    | "protection_rule"
    | "bulk_action";
  readonly id: string;
  readonly name: string;
}

/** What a caller records. No secret ever belongs here. */
export interface AuditEntry {
  readonly kind: AuditKind;
  readonly actor: AuditActor;
  readonly target: AuditTarget | null;
  /** Where the request came from; `null` when it did not come over the network. */
  readonly address: string | null;
  readonly reason: string | null;
  /** `pending` for an intent; otherwise how it ended. */
  readonly outcome: "pending" | "success" | "failure" | "denied" | "unknown";
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** A row as it is read back. */
export interface AuditRow extends Required<AuditEntry> {
  readonly seq: number;
  readonly atNs: string;
  readonly hash: string;
}

type Position = { readonly orgId: OrgId; readonly seq: number; readonly atNs: string; readonly prev: string };

/** The canonical text of a row: exactly these fields in exactly this order, details sorted by name. */
export const writeBody = (entry: AuditEntry, { orgId, seq, atNs, prev }: Position): string => {
  const { kind, actor, target, address, reason, outcome } = entry;
  const details = Object.fromEntries(Object.entries(entry.details ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({
    v: 1,
    orgId,
    seq,
    atNs,
    kind,
    actor: { type: actor.type, id: actor.id, name: actor.name },
    target: target === null ? null : { type: target.type, id: target.id, name: target.name },
    address,
    reason,
    outcome,
    details,
    prev,
  });
};

export type AuditBody = Required<AuditEntry> & Position & { readonly v: 1 };

/** Reads a canonical text back; `null` when it is none, which only tampering can cause. */
export const readBody = (body: string): AuditBody | null => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && "prev" in value ? (value as AuditBody) : null;
  } catch {
    return null;
  }
};

const DOMAIN = "yardarm/audit/v1\0";

export const hashBody = (body: string): string => createHash("sha256").update(DOMAIN).update(body).digest("hex");

/** What the first row of an org's chain names as its predecessor. */
export const genesisHash = (orgId: OrgId): string => createHash("sha256").update(`${DOMAIN}${orgId}`).digest("hex");
