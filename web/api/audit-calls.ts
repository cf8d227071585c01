import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type AuditRow, type AuditVerdict, auditRowSchema, auditVerdictSchema } from "@yardarm/protocol/api/audit";
import { type List, listSchema } from "@yardarm/protocol/api/list";
import { request } from "./http.ts";

const rowsSchema = listSchema(auditRowSchema);
/** A long chain is computed anew in seconds, not in milliseconds. */
const VERIFY_TIMEOUT_MS = 120_000;

const getAudit = (query: string, cursor: string | null, signal: AbortSignal): Promise<List<AuditRow>> => {
  const page = new URLSearchParams(query);
  if (cursor !== null) page.set("cursor", cursor);
  return request(`/api/audit?${page}`, rowsSchema, { signal });
};

/** Enough for whoever opens the page; what it costs does not grow with the audit. */
const NEWEST_ROWS = 1_000;

/** Rows that `query` asks for, newest first, page by page. */
export const auditQuery = (query: string) =>
  infiniteQueryOptions({
    queryKey: ["audit", query],
    queryFn: ({ pageParam, signal }) => getAudit(query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** The newest rows, whenever the page is opened. */
export const newestVerdictQuery = queryOptions({
  queryKey: ["audit-verdict", NEWEST_ROWS],
  queryFn: ({ signal }) => request(`/api/audit/verify?newest=${NEWEST_ROWS}`, auditVerdictSchema, { signal }),
  staleTime: 60_000,
  refetchOnWindowFocus: false,
});

/** Every row there is: asked for by hand only. */
export const verifyWholeAudit = (): Promise<AuditVerdict> =>
  request("/api/audit/verify", auditVerdictSchema, { timeoutMs: VERIFY_TIMEOUT_MS });

/** Where the browser gets the file from. */
export const auditExportPath = (query: string, format: "csv" | "ndjson"): string => {
  const file = new URLSearchParams(query);
  file.set("format", format);
  return `/api/audit/export?${file}`;
};
