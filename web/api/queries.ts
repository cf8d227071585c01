import { QueryClient, queryOptions } from "@tanstack/react-query";
import type { ContainerId } from "@yardarm/protocol/ids";
import { getContainer, getMe, getMetrics, getSessions, getSetup } from "./calls.ts";
import { ApiError } from "./http.ts";

/** What React Query keeps: answers of the hub that do not stream. Whatever streams lives in `web/live`. */

const worthRetrying = (attempt: number, error: Error): boolean =>
  attempt < 2 &&
  error instanceof ApiError &&
  (error.failure.kind === "unreachable" || error.failure.kind === "timeout");

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: worthRetrying, retryDelay: (attempt) => 500 * 2 ** attempt, staleTime: 10_000 },
      mutations: { retry: false },
    },
  });

export const setupQuery = queryOptions({ queryKey: ["setup"], queryFn: getSetup, staleTime: 60_000 });

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: getMe, staleTime: 60_000 });

export const sessionsQuery = queryOptions({ queryKey: ["sessions"], queryFn: getSessions });

/** A container that the fleet does not show; what is removed does not change any more. */
export const containerQuery = (containerId: ContainerId) =>
  queryOptions({
    queryKey: ["container", containerId],
    queryFn: ({ signal }) => getContainer(containerId, signal),
    staleTime: 60_000,
  });

/** The last 15 minutes of a container; live samples are appended on top by the chart. */
export const metricsQuery = (containerId: ContainerId) =>
  queryOptions({
    queryKey: ["metrics", containerId, "15m"],
    queryFn: ({ signal }) => getMetrics(containerId, "15m", signal),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
