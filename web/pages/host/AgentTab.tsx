import type { Host } from "@yardarm/protocol/host";
import { formatDuration } from "../../format/duration.ts";
import { formatMoment, nsToMs } from "../../format/time.ts";
import { useAge } from "../ages.ts";
import { Facts } from "../Facts.tsx";
import { clockWords } from "./clock-words.ts";

const BACKENDS = { cgroup: "cgroup files", api: "the engine's API" } as const;

/** What is known of the agent on this host. */
export const AgentTab = ({ host }: { readonly host: Host }) => {
  const age = useAge();
  const seenMs = age(host.lastSeenAtNs);
  const enrolledAtMs = nsToMs(host.enrolledAtNs);
  return (
    <div className="overflow-y-auto p-3" tabIndex={0} role="region" aria-label="Agent">
      <Facts
        facts={[
          { name: "Version", value: host.agentVersion },
          {
            name: "Last heard",
            value: host.status === "online" ? "now" : seenMs === null ? null : `${formatDuration(seenMs)} ago`,
          },
          { name: "Enrolled", value: enrolledAtMs === null ? null : formatMoment(enrolledAtMs) },
          {
            name: "Key fingerprint",
            value: host.keyFingerprint === null ? null : <code className="break-all">{host.keyFingerprint}</code>,
          },
          { name: "Metrics from", value: host.metricsBackend === null ? null : BACKENDS[host.metricsBackend] },
          { name: "Clock", value: clockWords(host.clockSkewMs) },
          { name: "Hostname", value: host.machine?.hostname },
          { name: "Kernel", value: host.machine === null ? null : `${host.machine.kernel} (${host.machine.arch})` },
        ]}
      />
    </div>
  );
};
