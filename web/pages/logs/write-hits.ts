import type { LogHit } from "@yardarm/protocol/api/logs";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import type { LineSource } from "./line-link.ts";

/** Hits as a file: one JSON object per line, newest first as they are listed, with the names that their ids have now. */
export const hitsAsNdjson = (
  hits: readonly LogHit[],
  containers: { get(containerId: ContainerId): Pick<LineSource, "name" | "hostId"> | undefined },
  hosts: ReadonlyMap<HostId, Host>,
): string =>
  hits
    .map(({ containerId, seq, tsNs, stream, level, message, truncated }) => {
      const container = containers.get(containerId);
      const host = container === undefined ? undefined : hosts.get(container.hostId);
      return JSON.stringify({
        ...{ host: host?.name, container: container?.name, containerId },
        ...{ seq, ts: rfc3339FromNs(BigInt(tsNs)), stream, level, message, truncated },
      });
    })
    .join("\n");
