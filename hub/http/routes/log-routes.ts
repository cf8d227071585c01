import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import {
  contextQuerySchema,
  contextResponseSchema,
  HIT_MESSAGE_BYTES,
  histogramQuerySchema,
  histogramResponseSchema,
  type LogsQuery,
  logRangeSchema,
  logsQuerySchema,
  positionQuerySchema,
  positionResponseSchema,
} from "@yardarm/protocol/api/logs";
import { nsOfBound } from "@yardarm/protocol/api/time-bound";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEFAULT_TAIL_LINES } from "@yardarm/protocol/limits";
import type { Actor, Resource } from "../../auth/authority/can.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import type { LogQueries } from "../../logs/query/log-queries.ts";
import { logAnswer, logFileName } from "../log-answer.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, type RequestInfo } from "../operation.ts";
import { containerParams, findContainer, resourceOf } from "./container-routes.ts";
import { downloadRoutes, type LogDownloadOptions } from "./log-download.ts";
import { boundsOf, filterOf, isSelective } from "./log-query.ts";
import { recheckOf } from "./log-rights.ts";
import { type LogSearchOptions, searchRoute } from "./log-search.ts";

export interface LogRouteOptions extends LogSearchOptions, LogDownloadOptions {
  readonly queries: Pick<LogQueries, "search" | "read" | "readMerged" | "lines" | "histogram" | "position" | "range">;
}

/** Stored logs: read, downloaded, searched, counted. */
export const logRoutes = (options: LogRouteOptions): readonly Operation[] => {
  const { fleet, queries } = options;
  const ofContainer = (actor: Actor, params: { readonly containerId: ContainerId }): Resource =>
    resourceOf(fleet, actor, findContainer(fleet, actor, params.containerId));
  const nowNs = (): bigint => BigInt(options.nowMs()) * 1_000_000n;
  const guarded = { permission: "logs.read", resource: ofContainer, params: containerParams, body: NO_BODY } as const;

  return [
    searchRoute(options),
    ...downloadRoutes(options),
    guardedOperation({
      ...guarded,
      method: "GET",
      path: "/api/containers/:containerId/logs",
      summary: "Lines of a container's log as text or NDJSON, from the store and, with follow, as they come",
      query: logsQuerySchema,
      response: null,
      handle: async ({ actor, params, query, request }) =>
        readLog(options, { actor, query, request, container: findContainer(fleet, actor, params.containerId) }),
    }),
    guardedOperation({
      ...guarded,
      method: "GET",
      path: "/api/containers/:containerId/logs/histogram",
      summary: "How many lines of each level were written when",
      query: histogramQuerySchema,
      response: histogramResponseSchema,
      handle: async ({ actor, params, query, request }) => {
        const container = findContainer(fleet, actor, params.containerId);
        const now = nowNs();
        const filter = filterOf(query, boundsOf(query, now));
        const { signal } = request;
        const { buckets } = query;
        return {
          status: 200,
          body: await queries.histogram({ orgId: actor.orgId, container, filter, buckets, nowNs: now, signal }),
        };
      },
    }),
    guardedOperation({
      ...guarded,
      method: "GET",
      path: "/api/containers/:containerId/logs/context",
      summary: "Lines before and after a line",
      query: contextQuerySchema,
      response: contextResponseSchema,
      handle: async ({ actor, params, query, request }) => {
        const { seq, before, after } = query;
        const text = await queries.lines({
          ...{ orgId: actor.orgId, containerId: params.containerId, signal: request.signal },
          range: { fromSeq: Math.max(seq - before, 0), endSeq: seq + after + 1 },
          messageBytes: HIT_MESSAGE_BYTES,
        });
        const items = text
          .split("\n")
          .slice(0, -1)
          .map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
        return { status: 200, body: { containerId: params.containerId, items } };
      },
    }),
    guardedOperation({
      ...guarded,
      method: "GET",
      path: "/api/containers/:containerId/logs/position",
      summary: "The line at an instant: what a link to a line names",
      query: positionQuerySchema,
      response: positionResponseSchema,
      handle: async ({ actor, params, query, request }) => {
        const container = findContainer(fleet, actor, params.containerId);
        const found = await queries.position({
          ...{ orgId: actor.orgId, containerIds: scopeOf(fleet, { actor, container, scope: query.scope }) },
          ...{ atNs: nsOfBound(query.ts, nowNs()), signal: request.signal },
        });
        const nothing = { containerId: params.containerId, seq: null, tsNs: null, isExact: false };
        return { status: 200, body: found ?? nothing };
      },
    }),
    guardedOperation({
      ...guarded,
      method: "GET",
      path: "/api/containers/:containerId/logs/range",
      summary: "From where on the log is stored, and what took the lines before",
      query: NOTHING,
      response: logRangeSchema,
      handle: async ({ actor, params }) => ({
        status: 200,
        body: await queries.range({ orgId: actor.orgId, containerId: params.containerId }),
      }),
    }),
  ];
};

/** The container, or every container of its name on its host, oldest first. */
const scopeOf = (
  fleet: Fleet,
  {
    actor,
    container,
    scope,
  }: { readonly actor: Actor; readonly container: Container; readonly scope: LogsQuery["scope"] },
): readonly ContainerId[] => {
  if (scope === "generation") return [container.containerId];
  const { orgId } = actor;
  const { hostId } = container;
  return [...fleet.containersOfHost(orgId, hostId), ...fleet.keptOfHost(orgId, hostId)]
    .filter(({ workloadId }) => workloadId === container.workloadId)
    .toSorted((a, b) => (BigInt(a.createdAtNs) < BigInt(b.createdAtNs) ? -1 : 1))
    .map(({ containerId }) => containerId);
};

const readLog = async (
  options: LogRouteOptions,
  asked: {
    readonly actor: Actor;
    readonly query: LogsQuery;
    readonly request: RequestInfo;
    readonly container: Container;
  },
): Promise<Response> => {
  const { fleet, queries, nowMs } = options;
  const { actor, query, request, container } = asked;
  const { format, follow = false, download, since, until } = query;
  const bounds = boundsOf(query, BigInt(nowMs()) * 1_000_000n);
  const tail = query.tail ?? (since === undefined && until === undefined ? DEFAULT_TAIL_LINES : null);
  const left = new AbortController();
  const reading = await queries.read({
    ...{ orgId: actor.orgId, containerIds: scopeOf(fleet, { actor, container, scope: query.scope }) },
    ...{ filter: filterOf(query, bounds), tail, kind: format, follow },
    signal: AbortSignal.any([request.signal, left.signal]),
  });
  if (download !== undefined) {
    const details = {
      ...{ format, scope: query.scope, tail, lines: reading.lineCount, isFiltered: isSelective(query) },
      ...{ sinceNs: bounds.sinceNs?.toString() ?? null, untilNs: bounds.untilNs?.toString() ?? null },
    };
    try {
      await options.recordDownload({ actor, address: request.address, containers: [container], details });
    } catch (error) {
      reading.close();
      throw error;
    }
  }
  const isCompressed = download === "gzip";
  return logAnswer({
    ...{ reading, format, isCompressed, hasEnd: !follow },
    abort: () => left.abort(),
    fileName:
      download === undefined ? null : logFileName(container.name, { format, isCompressed, at: new Date(nowMs()) }),
    check: recheckOf(options, { actor, containers: [container] }),
  });
};
