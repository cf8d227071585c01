import type { AuditRow, AuditVerdict } from "@yardarm/protocol/api/audit";
import { formatCount, formatPlural } from "../../format/percent.ts";

/** What was done, in words that go behind the name of whoever did it. A kind without words here is shown as it is. */
const WORDS: Readonly<Record<string, string>> = {
  "instance.claimed": "claimed this hub",
  "session.signed_in": "signed in",
  "session.refused": "was refused a sign-in",
  "session.signed_out": "signed out",
  "session.revoked": "ended a session",
  "host.created": "added the host",
  "host.renamed": "renamed the host",
  "host.join_token": "made a join command for",
  "host.enrolled": "was enrolled as",
  "host.removed": "removed the host",
  "host.moved": "moved the host",
  "host.cloned": "was refused as a second agent of",
  "host.waiting": "waits for approval as",
  "host.approved": "approved the agent of",
  "host.refused": "refused the agent of",
  "host.key_rotation": "asked for another key of",
  "host.key_rotated": "has another key as",
  "org.created": "created the organization",
  "org.renamed": "renamed the organization",
  "org.approval_changed": "changed whether agents wait for approval in",
  "project.created": "created the project",
  "project.renamed": "renamed the project",
  "project.deleted": "deleted the project",
  "member.joined": "joined",
  "member.changed": "changed the rights of",
  "member.removed": "removed the member",
  "member.left": "left",
  "invitation.created": "invited",
  "invitation.withdrawn": "withdrew the invitation of",
  "invitation.refused": "was refused the invitation of",
  "token.created": "made the API token",
  "token.revoked": "revoked the API token",
  "account.renamed": "changed the name of",
  "admin.granted": "made an administrator of the installation of",
  "admin.revoked": "took the administration of the installation from",
  "password.changed": "changed the password",
  "password.reset": "reset the password of",
  "second_factor.added": "turned one-time codes on for",
  "second_factor.removed": "turned one-time codes off for",
  "second_factor.reset": "took the second factors away from",
  "recovery_codes.replaced": "made other recovery codes for",
  "passkey.added": "added the passkey",
  "passkey.renamed": "renamed the passkey",
  "passkey.removed": "removed the passkey",
  "identity.linked": "linked the identity",
  "identity.unlinked": "unlinked the identity",
  "retention.changed": "changed how long logs are kept",
  "protection.created": "made the protection rule",
  "protection.changed": "changed the protection rule",
  "protection.deleted": "deleted the protection rule",
  "bulk.started": "began",
  "bulk.ended": "ended",
  "logs.downloaded": "downloaded logs of",
  "audit.exported": "exported the audit",
  "access.denied": "was denied",
  "action.denied": "was denied an action on",
};

export const auditWords = ({ kind, details }: Pick<AuditRow, "kind" | "details">): string => {
  const verb = typeof details.verb === "string" ? details.verb.toLowerCase() : "act on";
  if (kind === "action.intent") return `asked to ${verb}`;
  if (kind === "action.outcome") return `reported on: ${verb}`;
  if (kind === "access.denied" && typeof details.permission === "string") return `was denied ${details.permission}`;
  return WORDS[kind] ?? kind;
};

const PROBLEMS: Readonly<Record<Extract<AuditVerdict, { ok: false }>["problem"], string>> = {
  changed: "its text is not what was written",
  unlinked: "it does not follow the row before",
  columns: "what it is listed under is not what it says",
  missing: "it is missing",
};

/** What `verify` found, as a sentence. */
export const verdictSentence = (verdict: AuditVerdict): string => {
  if (!verdict.ok)
    return `The audit was tampered with at row ${formatCount(verdict.brokenSeq)}: ${PROBLEMS[verdict.problem]}.`;
  const newest = Math.max(0, ...verdict.witnesses.map(({ seq }) => seq));
  const witnessed =
    verdict.witnesses.length === 0
      ? "no agent has carried out an action yet that could witness it"
      : `${formatPlural(verdict.witnesses.length, "host")} witnessed it up to row ${formatCount(newest)}`;
  const { rows, fromSeq, head } = verdict;
  const what =
    fromSeq === 1
      ? `all ${formatPlural(rows, "row")}`
      : `the newest ${formatCount(rows)} of ${formatCount(head.seq)} rows`;
  return `Unbroken: ${what}, ${witnessed}.`;
};
