import type { OrgVerdict } from "@yardarm/hub/operator/verify-audit";

const PROBLEMS = {
  changed: "its text is not what was written, or not what an agent remembers",
  unlinked: "it does not follow the row before",
  columns: "what it is listed under is not what it says",
  missing: "it is missing",
} as const;

/** One org's verdict as a line for the operator. */
export const auditVerdictLine = ({ name, verdict }: OrgVerdict): string => {
  if (!verdict.ok) return `${name}: BROKEN at row ${verdict.brokenSeq}: ${PROBLEMS[verdict.problem]}`;
  const newest = Math.max(0, ...verdict.witnesses.map(({ seq }) => seq));
  const witnessed =
    verdict.witnesses.length === 0
      ? "no agent has witnessed it yet"
      : `witnessed by ${verdict.witnesses.length} host(s) up to row ${newest}`;
  return `${name}: unbroken, ${verdict.rows} rows, ${witnessed}`;
};
