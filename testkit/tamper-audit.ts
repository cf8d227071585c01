import path from "node:path";
import { type AuditEntry, hashBody, writeBody } from "@yardarm/hub/audit/audit-row";
import { SqliteDatabase } from "@yardarm/hub/storage/sqlite/node-sqlite";
import type { AuditRow } from "@yardarm/protocol/api/audit";
import type { OrgId } from "@yardarm/protocol/ids";

/** The hub goes on writing meanwhile. */
const BUSY_MS = 10_000;

/** Does to a hub's SQLite database what somebody could who has the file in their hands: its audit's triggers are put aside first. */
export const tamperWithSqlite = (dataDirectory: string, sql: string): void => {
  using database = new SqliteDatabase(path.join(dataDirectory, "yardarm.db"), { timeout: BUSY_MS });
  database.exec("drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete");
  database.exec(sql);
};

/**
 * Statements for either engine that take the second row out of an org's chain and write everything after it anew, with its new
 * place and every hash right. `rows` are all there are, oldest first.
 */
export const withoutSecondRow = (orgId: OrgId, [first, , ...later]: readonly AuditRow[]): string => {
  let prev = first?.hash ?? "";
  const written = later.map(({ seq, atNs, hash: _hash, ...entry }) => {
    const body = writeBody(entry as AuditEntry, { orgId, seq: seq - 1, atNs, prev });
    prev = hashBody(body);
    const { kind, actor, target } = entry;
    const values = [orgId, seq - 1, atNs, kind, actor.id, target?.id ?? null, body, prev];
    return `(${values.map(literal).join(", ")})`;
  });
  return `delete from audit where seq > 1; insert into audit values ${written.join(", ")};
    update audit_heads set seq = ${later.length + 1}, hash = '${prev}'`;
};

const literal = (value: string | number | null): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
