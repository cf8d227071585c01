import type { Container } from "@yardarm/protocol/container";
import { writeLineAddress } from "../log/line-address.ts";
import { containerPath } from "../paths.ts";

export type LinkedLine = { readonly seq: number; readonly tsNs: bigint };

/** Whose line it is: of the fleet, or of a container that only its stored lines remember. */
export type LineSource = Pick<Container, "containerId" | "workloadId" | "hostId" | "name">;

/** Where a line stands in its container's own log, as the router takes it. */
export const lineTarget = ({ workloadId, containerId, hostId }: LineSource, { seq, tsNs }: LinkedLine) => ({
  to: containerPath(hostId, containerId),
  search: { line: writeLineAddress({ workloadId, containerId, seq, atMs: Number(tsNs / 1_000_000n) }) },
});

/** The same as an address to be copied. */
export const lineLink = (container: LineSource, line: LinkedLine): string => {
  const { to, search } = lineTarget(container, line);
  return `${location.origin}${to}?${new URLSearchParams(search)}`;
};
