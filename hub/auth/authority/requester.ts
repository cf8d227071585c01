import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { AuditActor, AuditEntry, AuditKind, AuditTarget } from "../../audit/audit-row.ts";
import type { Actor } from "./can.ts";

/** Who asks, and from where. */
export type Requester = { readonly actor: Actor; readonly address: string };

/** Somebody may do other things than before, from this moment; whoever serves them MUST look again. */
export type AuthorityChange = {
  readonly orgId: OrgId;
  /** `null`: everybody in the org whose access is limited to projects. */
  readonly userId: UserId | null;
};

export type Announce = (change: AuthorityChange) => void;

/** How the audit names somebody. */
export const auditActorOf = ({ userId, name }: Pick<Actor, "userId" | "name">): AuditActor => ({
  type: "user",
  id: userId,
  name,
});

/** An audit row about something that a person did. */
export const entryBy = (
  { actor, address }: Requester,
  what: {
    readonly kind: AuditKind;
    readonly target: AuditTarget;
    readonly outcome?: AuditEntry["outcome"];
    readonly details?: NonNullable<AuditEntry["details"]>;
  },
): AuditEntry => ({
  kind: what.kind,
  actor: auditActorOf(actor),
  target: what.target,
  address,
  reason: null,
  outcome: what.outcome ?? "success",
  details: what.details ?? {},
});
