/** The audit's view as its address says it. Whatever an address carries, this yields a legal view. */

/** What belongs together, as people look for it. */
export const AUDIT_GROUPS = {
  actions: {
    label: "Actions",
    kinds: ["action.intent", "action.outcome", "action.denied", "bulk.started", "bulk.ended"],
  },
  denied: { label: "Denied", kinds: ["access.denied", "action.denied", "session.refused", "invitation.refused"] },
  sessions: {
    label: "Sign-ins",
    kinds: [
      "session.signed_in",
      "session.refused",
      "session.signed_out",
      "session.revoked",
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
    ],
  },
  people: {
    label: "People",
    kinds: [
      "instance.claimed",
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
    ],
  },
  hosts: {
    label: "Hosts",
    kinds: [
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
    ],
  },
  settings: {
    label: "Settings",
    kinds: [
      "org.created",
      "org.renamed",
      "org.approval_changed",
      "project.created",
      "project.renamed",
      "project.deleted",
      "retention.changed",
      "protection.created",
      "protection.changed",
      "protection.deleted",
    ],
  },
  reading: { label: "Downloads", kinds: ["logs.downloaded", "audit.exported"] },
} as const;
export type AuditGroup = keyof typeof AUDIT_GROUPS;

export const AUDIT_SPANS = ["1h", "24h", "7d", "30d"] as const;
export type AuditSpan = (typeof AUDIT_SPANS)[number];

/** Absent means everything. */
export type AuditSearch = {
  readonly group?: AuditGroup;
  readonly since?: AuditSpan;
  /** Id of a person or host. */
  readonly actor?: string;
  /** Id of whatever it was done to. */
  readonly target?: string;
};

const ID = /^[a-z]{2,5}_[0-9a-z]{10,64}$/;

const idOf = (value: unknown): string | undefined => (typeof value === "string" && ID.test(value) ? value : undefined);

export const readAuditSearch = (raw: Readonly<Record<string, unknown>>): AuditSearch => {
  const group = (Object.keys(AUDIT_GROUPS) as AuditGroup[]).find((name) => name === raw.group);
  const since = AUDIT_SPANS.find((span) => span === raw.since);
  const [actor, target] = [idOf(raw.actor), idOf(raw.target)];
  return {
    ...(group === undefined ? {} : { group }),
    ...(since === undefined ? {} : { since }),
    ...(actor === undefined ? {} : { actor }),
    ...(target === undefined ? {} : { target }),
  };
};

/** The same question as the hub takes it, without a question mark. */
export const auditQueryText = ({ group, since, actor, target }: AuditSearch): string => {
  const query = new URLSearchParams();
  if (group !== undefined) query.set("kind", AUDIT_GROUPS[group].kinds.join(","));
  if (since !== undefined) query.set("since", since);
  if (actor !== undefined) query.set("actor", actor);
  if (target !== undefined) query.set("target", target);
  return query.toString();
};
