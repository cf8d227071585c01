import type { LogFilterQuery } from "@yardarm/protocol/api/logs";
import { nsOfBound } from "@yardarm/protocol/api/time-bound";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import { STREAM_NAMES } from "@yardarm/protocol/log/line-flags";
import type { LineFilter } from "../../logs/query/scan/line-filter.ts";

type Bounds = Pick<LineFilter, "sinceNs" | "untilNs">;

/** @throws ProtocolError `invalid_request` when nothing can lie between the bounds */
export const boundsOf = ({ since, until }: Pick<LogFilterQuery, "since" | "until">, nowNs: bigint): Bounds => {
  const sinceNs = since === undefined ? null : nsOfBound(since, nowNs);
  const untilNs = until === undefined ? null : nsOfBound(until, nowNs);
  if (sinceNs !== null && untilNs !== null && sinceNs >= untilNs) {
    throw new ProtocolError("invalid_request", "since: must be before until.");
  }
  return { sinceNs, untilNs };
};

/** What a query means, with the bounds that were worked out. */
export const filterOf = (query: LogFilterQuery, bounds: Bounds): LineFilter => ({
  ...bounds,
  levelMask: query.level ?? null,
  stream: query.stream === undefined ? null : STREAM_NAMES[0] === query.stream ? 0 : 1,
  pattern:
    query.q === undefined
      ? null
      : { kind: query.regex === true ? "regex" : "text", source: query.q, isCaseSensitive: query.case === true },
});

/** True when not every line between the bounds is wanted. */
export const isSelective = ({ q, level, stream }: LogFilterQuery): boolean =>
  q !== undefined || level !== undefined || stream !== undefined;

/** `name` or `name=value`. */
export const hasLabel = ({ labels }: Container, wanted: string): boolean => {
  const [name = "", ...value] = wanted.split("=");
  const actual = labels[name];
  return actual !== undefined && (value.length === 0 || actual === value.join("="));
};
