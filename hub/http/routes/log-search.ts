import {
  type HitContainer,
  type LogHit,
  type LogSearchQuery,
  type LogSearchResponse,
  type LogSelectionQuery,
  logSearchQuerySchema,
  logSearchResponseSchema,
} from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import type { LogQueries } from "../../logs/query/log-queries.ts";
import type { CursorSeal } from "../../logs/query/search-cursor.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { findContainer, resourceOf } from "./container-routes.ts";
import { boundsOf, filterOf, hasLabel } from "./log-query.ts";
import { ofOrg } from "./requester.ts";

export interface LogSearchOptions {
  readonly fleet: Fleet;
  readonly queries: Pick<LogQueries, "search">;
  readonly cursors: CursorSeal;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
  readonly nowMs: () => number;
}

/** Search over many containers: everybody searches what they may read. */
export const searchRoute = (options: LogSearchOptions): Operation =>
  guardedOperation({
    method: "GET",
    path: "/api/logs/search",
    summary: "Lines of many containers that match, newest first, with how far the search got",
    permission: "logs.read",
    resource: ofOrg,
    params: NOTHING,
    query: logSearchQuerySchema,
    body: NO_BODY,
    response: logSearchResponseSchema,
    handle: async ({ actor, query, request }) => ({
      status: 200,
      body: await search(options, { actor, query, signal: request.signal }),
    }),
  });

const search = async (
  { fleet, queries, cursors, can, nowMs }: LogSearchOptions,
  asked: {
    readonly actor: Actor;
    readonly query: LogSearchQuery;
    readonly signal: AbortSignal;
  },
): Promise<LogSearchResponse> => {
  const { actor, query, signal } = asked;
  const { orgId } = actor;
  const question = questionOf(query);
  const position = query.cursor === undefined ? null : cursors.read(orgId, question, query.cursor);
  // A duration means the same instant on every page.
  const bounds = position ?? boundsOf(query, BigInt(nowMs()) * 1_000_000n);
  const containers = selectContainers({ fleet, can }, actor, query);
  const { sinceNs, untilNs } = bounds;
  const page = await queries.search({
    ...{ orgId, containers, limit: query.limit, signal, after: position?.place ?? null },
    filter: filterOf(query, { sinceNs, untilNs }),
  });
  const byId = new Map(containers.map((container) => [container.containerId, container]));
  const named: Record<ContainerId, HitContainer> = {};
  const items = page.hits.flatMap((hit): LogHit[] => {
    const container = byId.get(hit.containerId);
    if (container === undefined) return [];
    const { name, hostId, workloadId } = container;
    named[hit.containerId] ??= { name, hostId, hostName: fleet.host(orgId, hostId)?.name ?? "" };
    return [{ ...hit, workloadId }];
  });
  const next = page.next;
  return {
    items,
    containers: named,
    nextCursor: next === null ? null : cursors.write(orgId, question, { sinceNs, untilNs, place: next }),
    progress: page.progress,
  };
};

/** What a cursor belongs to: everything that decides which lines are found, but neither the page's size nor the cursor. */
const questionOf = ({ cursor: _cursor, limit: _limit, ...rest }: LogSearchQuery): string =>
  JSON.stringify(rest, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

/**
 * Containers that the question is about and the actor may read, removed ones too.
 *
 * @throws ProtocolError `not_found` when one that is named is not among them
 */
export const selectContainers = (
  { fleet, can }: Pick<LogSearchOptions, "fleet" | "can">,
  actor: Actor,
  query: LogSelectionQuery,
): readonly Container[] => {
  const { container: ids, host: hosts, project, workload, compose, label } = query;
  const isReadable = (container: Container): boolean =>
    can(actor, "logs.read", resourceOf(fleet, actor, container)).allowed;
  const { orgId } = actor;
  const named =
    ids === undefined ? fleet.knownContainers(orgId) : [...new Set(ids)].map((id) => findContainer(fleet, actor, id));
  const readable = named.filter(isReadable);
  if (ids !== undefined && readable.length < named.length) {
    throw new ProtocolError("not_found", "There is no such container.");
  }
  return readable.filter((container) => {
    if (hosts !== undefined && !hosts.includes(container.hostId)) return false;
    if (project !== undefined && fleet.host(orgId, container.hostId)?.projectId !== project) return false;
    if (workload !== undefined && container.workloadId !== workload) return false;
    if (compose !== undefined && container.compose?.project !== compose) return false;
    return label === undefined || hasLabel(container, label);
  });
};
