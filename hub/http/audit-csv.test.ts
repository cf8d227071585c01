import type { AuditRow } from "@yardarm/protocol/api/audit";
import { expect, test } from "vitest";
import { AUDIT_CSV_HEADER, auditCsvRow } from "./audit-csv.ts";

const row: AuditRow = {
  seq: 7,
  atNs: "1700000000123456789",
  kind: "host.renamed",
  actor: { type: "user", id: "usr_0123456789ab", name: "Ada" },
  target: { type: "host", id: "hst_0123456789ab", name: "web-1" },
  address: "192.0.2.1",
  reason: null,
  outcome: "success",
  details: { before: "a" },
  hash: "00ff",
};

test("[AUDT-04] a row has a field for every column", () => {
  expect(AUDIT_CSV_HEADER).toBe(
    "seq,time,kind,outcome,actor_type,actor_id,actor_name,target_type,target_id,target_name,address,reason,details,hash",
  );
  expect(auditCsvRow(row)).toBe(
    '7,2023-11-14T22:13:20.123456789Z,host.renamed,success,user,usr_0123456789ab,Ada,host,hst_0123456789ab,web-1,192.0.2.1,,"{""before"":""a""}",00ff',
  );
});

test.each(["=1+1", "+1", "-1", "@x", "\tx", "\rx"])(
  "[AUDT-04] %j is text in a spreadsheet, never a formula",
  (name) => {
    const fields = auditCsvRow({ ...row, actor: { ...row.actor, name }, details: {} });
    expect(fields.includes(`'${name}`)).toBe(true);
  },
);

test("[AUDT-04] quotes, commas and line ends stay inside their field", () => {
  expect(auditCsvRow({ ...row, reason: 'a "b", c\nd', details: {} })).toContain(',"a ""b"", c\nd",{},');
});
