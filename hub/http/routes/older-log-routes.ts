import { type HostLine, olderLogsQuerySchema, olderLogsSchema } from "@yardarm/protocol/api/older-logs";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { LogBatch } from "@yardarm/protocol/log/batch";
import { levelName } from "@yardarm/protocol/log/level";
import { STREAM_NAMES } from "@yardarm/protocol/log/line-flags";
import { type LineMark, lineMarksSchema } from "@yardarm/protocol/log-read";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import type { Fleet } from "../../inventory/fleet.ts";
import type { ReadThrough } from "../../relay/read-through.ts";
import { NO_BODY } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { containerParams, findContainer, resourceOf } from "./container-routes.ts";

export type OlderLogRouteOptions = {
  readonly fleet: Fleet;
  readonly readThrough: Pick<ReadThrough, "page">;
};

/** Scrolling back beyond what is stored (LOGS-15). */
export const olderLogRoutes = ({ fleet, readThrough }: OlderLogRouteOptions): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/containers/:containerId/logs/older",
    summary:
      "Lines older than the oldest stored one, from the host's own log while the host is online; nothing is stored",
    permission: "logs.read",
    resource: (actor, { containerId }) => resourceOf(fleet, actor, findContainer(fleet, actor, containerId)),
    params: containerParams,
    query: olderLogsQuerySchema,
    body: NO_BODY,
    response: olderLogsSchema,
    handle: async ({ actor, params, query, request }) => {
      const { batch, before, end } = await readThrough.page({
        orgId: actor.orgId,
        containerId: params.containerId,
        before: query.cursor === undefined ? null : marksOf(query.cursor),
        maxLines: query.lines,
        signal: request.signal,
      });
      const items = batch === null ? [] : linesOf(batch);
      return { status: 200, body: { items, nextCursor: before === null ? null : cursorOf(before), end } };
    },
  }),
];

const linesOf = (batch: LogBatch): readonly HostLine[] =>
  Array.from({ length: batch.lineCount }, (_, index) => ({
    ts: rfc3339FromNs(batch.tsNs(index)),
    stream: STREAM_NAMES[batch.stream(index)],
    level: levelName(batch.level(index)),
    message: batch.lineText(index),
    ...(batch.isTruncated(index) ? { originalBytes: batch.originalLength(index) } : {}),
    from: "host" as const,
  }));

const cursorOf = (marks: readonly LineMark[]): string => Buffer.from(JSON.stringify(marks)).toString("base64url");

const marksOf = (cursor: string): readonly LineMark[] => {
  try {
    return lineMarksSchema.min(1).parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch (cause) {
    throw new ProtocolError("invalid_request", "The cursor is not one that this hub gave.", { cause });
  }
};
