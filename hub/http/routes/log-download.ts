import {
  DOWNLOAD_CONTAINERS,
  type LogDownloadQuery,
  logDownloadPlanSchema,
  logDownloadQuerySchema,
} from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { Actor } from "../../auth/authority/can.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import type { LogQueries } from "../../logs/query/log-queries.ts";
import type { MergedContainer } from "../../logs/query/merged-lines.ts";
import type { LineFormat } from "../../logs/query/scan/line-writer.ts";
import { logAnswer, logFileName } from "../log-answer.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, type RequestInfo } from "../operation.ts";
import { boundsOf, filterOf, isSelective } from "./log-query.ts";
import { type LogRights, recheckOf } from "./log-rights.ts";
import { selectContainers } from "./log-search.ts";
import { ofOrg } from "./requester.ts";

export interface LogDownload {
  readonly actor: Actor;
  readonly address: string;
  /** Whose lines. */
  readonly containers: readonly Pick<Container, "containerId" | "name">[];
  /** What was asked for, as the audit keeps it; never the text of `q`. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface LogDownloadOptions extends LogRights {
  readonly queries: Pick<LogQueries, "readMerged">;
  /** MUST be durable before it resolves: what is not recorded is not handed out. */
  readonly recordDownload: (download: LogDownload) => Promise<void>;
}

const whole = {
  method: "GET",
  permission: "logs.read",
  resource: ofOrg,
  params: NOTHING,
  query: logDownloadQuerySchema,
  body: NO_BODY,
} as const;

/** Files of many containers: everybody takes what they may read. */
export const downloadRoutes = (options: LogDownloadOptions): readonly Operation[] => [
  guardedOperation({
    ...whole,
    path: "/api/logs/download",
    summary: "A file of the stored lines of many containers, in the order of time",
    response: null,
    handle: ({ actor, query, request }) => download(options, { actor, query, request }),
  }),
  guardedOperation({
    ...whole,
    path: "/api/logs/download/plan",
    summary: "What such a file would hold, or why there can be none",
    response: logDownloadPlanSchema,
    handle: async ({ actor, query, request }) => {
      const { reading } = await openFile(options, { actor, query, signal: request.signal });
      reading.close();
      return { status: 200, body: { containers: reading.containerIds.length, lines: reading.lineCount } };
    },
  }),
];

const openFile = async (
  { fleet, can, queries, nowMs }: LogDownloadOptions,
  asked: { readonly actor: Actor; readonly query: LogDownloadQuery; readonly signal: AbortSignal },
) => {
  const { actor, query, signal } = asked;
  const bounds = boundsOf(query, BigInt(nowMs()) * 1_000_000n);
  const containers = selectContainers({ fleet, can }, actor, query);
  const reading = await queries.readMerged({
    ...{ orgId: actor.orgId, filter: filterOf(query, bounds), mostContainers: DOWNLOAD_CONTAINERS, signal },
    containers: containers.map((container) => mergedOf(fleet, actor, { container, format: query.format })),
  });
  return { bounds, containers, reading };
};

const download = async (
  options: LogDownloadOptions,
  asked: { readonly actor: Actor; readonly query: LogDownloadQuery; readonly request: RequestInfo },
): Promise<Response> => {
  const { actor, query, request } = asked;
  const { format, gzip: isCompressed = false } = query;
  const left = new AbortController();
  const signal = AbortSignal.any([request.signal, left.signal]);
  const { bounds, containers, reading } = await openFile(options, { actor, query, signal });
  const withLines = new Set(reading.containerIds);
  const details = {
    ...{ format, lines: reading.lineCount, isFiltered: isSelective(query) },
    ...{ sinceNs: bounds.sinceNs?.toString() ?? null, untilNs: bounds.untilNs?.toString() ?? null },
  };
  try {
    await options.recordDownload({
      ...{ actor, address: request.address, details },
      containers: containers.filter(({ containerId }) => withLines.has(containerId)),
    });
  } catch (error) {
    reading.close();
    throw error;
  }
  return logAnswer({
    ...{ reading, format, isCompressed, hasEnd: true },
    abort: () => left.abort(),
    fileName: logFileName("logs", { format, isCompressed, at: new Date(options.nowMs()) }),
    check: recheckOf(options, { actor, containers }),
  });
};

const mergedOf = (
  fleet: Fleet,
  { orgId }: Actor,
  { container, format }: { readonly container: Container; readonly format: LineFormat["kind"] },
): MergedContainer => {
  const { containerId, hostId, name } = container;
  const host = fleet.host(orgId, hostId)?.name ?? hostId;
  const fields = JSON.stringify({ containerId, container: name, host });
  return {
    containerId,
    format: {
      ...{ kind: format, messageBytes: null },
      prefix: `${asWord(host)}/${asWord(name)} `,
      extraFields: fields.slice(1, -1),
    },
  };
};

/** Names are hostile text: in a line of text they are one word. */
const asWord = (name: string): string => name.replaceAll(/[\s\p{C}]+/gu, "_");
