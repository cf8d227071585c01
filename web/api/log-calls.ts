import { type List, listSchema } from "@yardarm/protocol/api/list";
import {
  type ContextResponse,
  contextResponseSchema,
  type LogDownloadPlan,
  type LogDownloadQueryInput,
  type LogSearchQueryInput,
  type LogSearchResponse,
  logDownloadPlanSchema,
  logSearchResponseSchema,
} from "@yardarm/protocol/api/logs";
import { type CreateViewRequest, type SavedView, savedViewSchema } from "@yardarm/protocol/api/views";
import type { ContainerId, ViewId } from "@yardarm/protocol/ids";
import { request, requestNothing } from "./http.ts";
import { withQuery } from "./with-query.ts";

/** HTTP calls of the logs explorer. */

/** The hub scans for two seconds at most; the rest is network and a busy machine. */
const SEARCH_TIMEOUT_MS = 20_000;

export const searchLogs = (query: LogSearchQueryInput, signal: AbortSignal): Promise<LogSearchResponse> =>
  request(withQuery("/api/logs/search", query), logSearchResponseSchema, { signal, timeoutMs: SEARCH_TIMEOUT_MS });

/** What a file would hold. @throws ApiError with the reason why there can be none */
export const planDownload = (query: LogDownloadQueryInput, signal: AbortSignal): Promise<LogDownloadPlan> =>
  request(withQuery("/api/logs/download/plan", query), logDownloadPlanSchema, {
    signal,
    timeoutMs: SEARCH_TIMEOUT_MS,
  });

/** Where the browser gets the logs of many containers as a file. */
export const selectionUrl = (query: LogDownloadQueryInput): string => withQuery("/api/logs/download", query);

/** `lines` stored lines on each side of one. */
export const getContext = (
  containerId: ContainerId,
  seq: number,
  lines: number,
  signal: AbortSignal,
): Promise<ContextResponse> =>
  request(
    `/api/containers/${encodeURIComponent(containerId)}/logs/context?seq=${seq}&before=${lines}&after=${lines}`,
    contextResponseSchema,
    { signal },
  );

const viewsSchema = listSchema(savedViewSchema);

export const getViews = (): Promise<List<SavedView>> => request("/api/views", viewsSchema);

export const createView = (body: CreateViewRequest): Promise<SavedView> =>
  request("/api/views", savedViewSchema, { method: "POST", body });

export const deleteView = (viewId: ViewId): Promise<void> =>
  requestNothing(`/api/views/${encodeURIComponent(viewId)}`, { method: "DELETE" });
