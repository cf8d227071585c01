/** `GET /containers/{id}/logs`: what is asked for. What comes back is read by `demultiplexer.ts` or `tty-splitter.ts`. */
import type { DockerId } from "@yardarm/protocol/ids";
import { toSinceParameter } from "./timestamps.ts";

export type LogRequest = {
  readonly dockerId: DockerId;
  /** Go on with new messages until the container stops. */
  readonly follow: boolean;
  /** Inclusive to the nanosecond; a linear scan in the engine. */
  readonly sinceNs?: bigint | undefined;
  /** The engine stops at the first newer message. */
  readonly untilNs?: bigint | undefined;
  /** The last so many *messages* (fragments of at most 16,384 bytes), not lines. Absent = all. */
  readonly tailMessages?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Always both streams, always with stamps: a line without its stamp cannot be resumed after. */
export const logsPath = (request: LogRequest): string => {
  const query = new URLSearchParams({ stdout: "1", stderr: "1", timestamps: "1" });
  if (request.follow) query.set("follow", "1");
  if (request.sinceNs !== undefined) query.set("since", toSinceParameter(request.sinceNs));
  if (request.untilNs !== undefined) query.set("until", toSinceParameter(request.untilNs));
  query.set("tail", request.tailMessages === undefined ? "all" : String(request.tailMessages));
  return `/containers/${request.dockerId}/logs?${query}`;
};
