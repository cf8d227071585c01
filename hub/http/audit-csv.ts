import type { AuditRow } from "@yardarm/protocol/api/audit";
import { rfc3339FromNs } from "@yardarm/protocol/time";

const COLUMNS = {
  seq: (row) => String(row.seq),
  time: (row) => rfc3339FromNs(BigInt(row.atNs)),
  kind: (row) => row.kind,
  outcome: (row) => row.outcome,
  actor_type: (row) => row.actor.type,
  actor_id: (row) => row.actor.id ?? "",
  actor_name: (row) => row.actor.name,
  target_type: (row) => row.target?.type ?? "",
  target_id: (row) => row.target?.id ?? "",
  target_name: (row) => row.target?.name ?? "",
  address: (row) => row.address ?? "",
  reason: (row) => row.reason ?? "",
  details: (row) => JSON.stringify(row.details),
  hash: (row) => row.hash,
} as const satisfies Readonly<Record<string, (row: AuditRow) => string>>;

/** What a spreadsheet would take for a formula (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** A field as RFC 4180 wants it; what looks like a formula becomes text by an apostrophe in front. */
const field = (text: string): string => {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

export const AUDIT_CSV_HEADER: string = Object.keys(COLUMNS).join(",");

/** One row, without its end. Names and reasons are what people and containers chose: none of them becomes a formula. */
export const auditCsvRow = (row: AuditRow): string =>
  Object.values(COLUMNS)
    .map((read) => field(read(row)))
    .join(",");
