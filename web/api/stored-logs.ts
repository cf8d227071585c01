import {
  type HistogramQueryInput,
  type HistogramResponse,
  histogramResponseSchema,
  type LogRange,
  type LogsQueryInput,
  logRangeSchema,
  type PositionResponse,
  positionResponseSchema,
} from "@yardarm/protocol/api/logs";
import { type OlderLogs, olderLogsSchema } from "@yardarm/protocol/api/older-logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import { request } from "./http.ts";
import { withQuery } from "./with-query.ts";

/** One container's log as the hub has stored it. */

const logsPath = (containerId: ContainerId): string => `/api/containers/${encodeURIComponent(containerId)}/logs`;

/** The hub scans for two seconds at most. */
const SCAN_TIMEOUT_MS = 20_000;

/** Lines per level and time. @throws ApiError */
export const getHistogram = (
  containerId: ContainerId,
  { buckets, ...query }: Omit<HistogramQueryInput, "buckets"> & { readonly buckets: number },
  signal: AbortSignal,
): Promise<HistogramResponse> =>
  request(withQuery(`${logsPath(containerId)}/histogram`, { ...query, buckets }), histogramResponseSchema, {
    signal,
    timeoutMs: SCAN_TIMEOUT_MS,
  });

/** Since when lines are stored. @throws ApiError */
export const getLogRange = (containerId: ContainerId, signal: AbortSignal): Promise<LogRange> =>
  request(`${logsPath(containerId)}/range`, logRangeSchema, { signal });

/** The line that was written at that moment, in whichever container of the workload. @throws ApiError */
export const getPosition = (containerId: ContainerId, atMs: number): Promise<PositionResponse> =>
  request(
    withQuery(`${logsPath(containerId)}/position`, { ts: `${Math.round(atMs)}000000`, scope: "workload" }),
    positionResponseSchema,
  );

/** The host looks through its own log for up to 12 s. */
const HOST_TIMEOUT_MS = 20_000;

/** A page of lines older than what is stored, from the host itself. @throws ApiError */
export const getOlder = (containerId: ContainerId, cursor: string | null): Promise<OlderLogs> =>
  request(withQuery(`${logsPath(containerId)}/older`, { cursor: cursor ?? undefined }), olderLogsSchema, {
    timeoutMs: HOST_TIMEOUT_MS,
  });

/** Where the browser gets a log as a file. */
export const downloadUrl = (
  containerId: ContainerId,
  query: LogsQueryInput & Readonly<Record<string, string | undefined>>,
): string => withQuery(logsPath(containerId), query);
