import {
  type AuditExportQuery,
  type AuditQuery,
  type AuditRow,
  type AuditVerdict,
  auditExportQuerySchema,
  auditQuerySchema,
  auditRowSchema,
  auditVerdictSchema,
  auditVerifyQuerySchema,
} from "@yardarm/protocol/api/audit";
import { listSchema } from "@yardarm/protocol/api/list";
import { nsOfBound } from "@yardarm/protocol/api/time-bound";
import type { OrgId } from "@yardarm/protocol/ids";
import type { AuditFilter } from "../../audit/audit-chain.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import { AUDIT_CSV_HEADER, auditCsvRow } from "../audit-csv.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { ofOrg, requesterOf } from "./requester.ts";

export type AuditRouteOptions = {
  readonly list: (
    orgId: OrgId,
    page: { readonly before: number | null; readonly limit: number; readonly filter: AuditFilter },
  ) => Promise<readonly AuditRow[]>;
  /** All rows, oldest first, in pages. MUST leave an audit row that says so before the first page. */
  readonly export: (requester: Requester, filter: AuditFilter) => AsyncIterator<readonly AuditRow[], void>;
  /** `newest`: only so many rows. */
  readonly verify: (orgId: OrgId, newest: number | undefined) => Promise<AuditVerdict>;
  readonly nowNs: () => bigint;
};

/** The audit of the actor's org. */
export const auditRoutes = ({ list, export: exportRows, verify, nowNs }: AuditRouteOptions): readonly Operation[] => {
  const filterOf = ({ kind, actor, target, since, until }: AuditQuery | AuditExportQuery): AuditFilter => ({
    kinds: kind,
    actorId: actor,
    targetId: target,
    sinceNs: since === undefined ? undefined : nsOfBound(since, nowNs()),
    untilNs: until === undefined ? undefined : nsOfBound(until, nowNs()),
  });

  return [
    guardedOperation({
      method: "GET",
      path: "/api/audit",
      summary: "Who did what, newest first",
      permission: "audit.read",
      resource: ofOrg,
      params: NOTHING,
      query: auditQuerySchema,
      body: NO_BODY,
      response: listSchema(auditRowSchema),
      handle: async ({ actor, query }) => {
        const { limit, cursor = null } = query;
        const found = await list(actor.orgId, { before: cursor, limit: limit + 1, filter: filterOf(query) });
        const items = found.slice(0, limit);
        const last = found.length > limit ? items.at(-1) : undefined;
        return { status: 200, body: { items, nextCursor: last === undefined ? null : String(last.seq) } };
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/audit/export",
      summary: "The audit as a file, oldest first",
      permission: "audit.read",
      resource: ofOrg,
      params: NOTHING,
      query: auditExportQuerySchema,
      body: NO_BODY,
      response: null,
      handle: async ({ actor, query, request }) =>
        fileOf(exportRows(requesterOf(actor, request), filterOf(query)), query.format),
    }),
    guardedOperation({
      method: "GET",
      path: "/api/audit/verify",
      summary: "Computes the chain anew, or its newest rows, and names the first row that does not hold",
      permission: "audit.read",
      resource: ofOrg,
      params: NOTHING,
      query: auditVerifyQuerySchema,
      body: NO_BODY,
      response: auditVerdictSchema,
      handle: async ({ actor, query }) => ({ status: 200, body: await verify(actor.orgId, query.newest) }),
    }),
  ];
};

const FORMATS = {
  csv: { type: "text/csv; charset=utf-8", head: `${AUDIT_CSV_HEADER}\r\n`, write: auditCsvRow, end: "\r\n" },
  ndjson: { type: "application/x-ndjson", head: "", write: (row: AuditRow) => JSON.stringify(row), end: "\n" },
} as const;

/** Pages are read as the client takes them. What fails on the way breaks the answer off. */
const fileOf = async (
  pages: AsyncIterator<readonly AuditRow[], void>,
  format: AuditExportQuery["format"],
): Promise<Response> => {
  const { type, head, write, end } = FORMATS[format];
  const text = (rows: readonly AuditRow[]): string => rows.map((row) => write(row) + end).join("");
  const encoder = new TextEncoder();
  const first = await pages.next();
  let isDone = first.done === true;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (controller) => controller.enqueue(encoder.encode(head + (first.done === true ? "" : text(first.value)))),
      pull: async (controller) => {
        const next = isDone ? { done: true as const } : await pages.next();
        isDone = next.done === true;
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(text(next.value)));
      },
      cancel: async () => void (await pages.return?.()),
    },
    { highWaterMark: 0 },
  );
  const headers = {
    "content-type": type,
    "content-disposition": `attachment; filename="yardarm-audit.${format}"`,
    "cache-control": "no-store",
  };
  return new Response(body, { headers });
};
