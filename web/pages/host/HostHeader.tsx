import type { Host } from "@yardarm/protocol/host";
import { formatBytes } from "../../format/bytes.ts";
import { formatRatio } from "../../format/percent.ts";
import { useHostSample } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Badge } from "../../ui/Badge.tsx";
import { HostBadge } from "../HostBadge.tsx";
import { HostMenu } from "../settings/hosts/HostMenu.tsx";
import { clockWords, isSkewNotable } from "./clock-words.ts";
import { HostNotices } from "./HostNotices.tsx";
import { policySummary } from "./policy-words.ts";

/** Name, status with age, machine and engine, and how loaded it is now. */
export const HostHeader = ({ host }: { readonly host: Host }) => {
  const { machine, engine } = host;
  return (
    <header className="flex shrink-0 flex-col gap-1 px-3 pt-3 pb-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h1 className="font-semibold text-large">{host.name}</h1>
        <HostBadge host={host} />
        {engine?.state === "connected" && engine.simulated ? <Badge>Simulated engine</Badge> : null}
        <HostMenu host={host} />
        <HostLoad host={host} />
      </div>
      <p className="text-muted">
        {[
          engine?.state === "connected"
            ? `${engine.kind === "podman" ? "Podman" : "Docker"} ${engine.version} (API ${engine.apiVersion})`
            : null,
          machine?.os,
          machine === null ? null : `${machine.cpus} cores`,
          machine === null ? null : formatBytes(machine.memoryBytes),
          policySummary(host.policy),
          isSkewNotable(host.clockSkewMs) ? `clock ${clockWords(host.clockSkewMs)}` : null,
        ]
          .filter((part) => part !== null && part !== undefined)
          .join(" · ")}
      </p>
      {engine?.state === "unreachable" ? (
        <p role="alert" className="text-danger">
          The agent runs, but cannot use the container engine: {engine.message}
        </p>
      ) : null}
      <HostNotices host={host} />
    </header>
  );
};

/** A host's samples come every 5 s; after three of them have not come the numbers are unknown. */
const LOAD_OLD_MS = 15_000;

const HostLoad = ({ host }: { readonly host: Host }) => {
  const seen = useHostSample(host.hostId);
  const nowMs = useNow();
  const sample = seen !== undefined && nowMs - seen.receivedAtMs < LOAD_OLD_MS ? seen.sample : null;
  return (
    <span className="flex flex-wrap gap-x-2 whitespace-nowrap text-muted tabular">
      <span className="w-18">CPU {formatRatio(sample?.cpuRatio ?? null)}</span>
      <span className="w-48">
        Memory {formatBytes(sample?.memoryUsedBytes ?? null)} of {formatBytes(sample?.memoryTotalBytes ?? null)}
      </span>
      <span>Load {sample?.load1 === null || sample === null ? "–" : sample.load1.toFixed(2)}</span>
    </span>
  );
};
