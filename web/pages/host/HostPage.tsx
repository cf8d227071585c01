import { getRouteApi, Link } from "@tanstack/react-router";
import { asId, type HostId } from "@yardarm/protocol/ids";
import { useHost, useInventory, useWatchMetrics } from "../../live/live-context.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { PATHS } from "../paths.ts";
import { useTitle } from "../use-title.ts";
import { AgentTab } from "./AgentTab.tsx";
import { HostContainers } from "./HostContainers.tsx";
import { HostHeader } from "./HostHeader.tsx";
import { LogSourcesTab } from "./LogSourcesTab.tsx";
import { PendingHost } from "./PendingHost.tsx";
import { PolicyTab } from "./PolicyTab.tsx";

const route = getRouteApi("/signed-in/fleet/$hostId");

/** One host: what it is, how it is, what runs on it. */
export const HostPage = () => {
  const { hostId: rawId } = route.useParams();
  const { tab = "containers" } = route.useSearch();
  const navigate = route.useNavigate();
  const hostId = asId<HostId>(rawId);
  const host = useHost(hostId);
  const inventory = useInventory();
  useWatchMetrics(null);
  useTitle(host?.name);

  if (inventory.status === "loading") return <SkeletonRows rows={8} label="Loading the host" />;
  if (host === undefined) {
    return (
      <div className="p-3">
        <h1 className="only-read-aloud">Unknown host</h1>
        <EmptyState title="This host is not known.">
          It was removed, or you may not see it.{" "}
          <Link to={PATHS.fleet} className="text-accent underline">
            Show the fleet
          </Link>
        </EmptyState>
      </div>
    );
  }
  return (
    <>
      <HostHeader host={host} />
      {host.status === "pending" ? (
        <PendingHost host={host} />
      ) : (
        <Tabs
          label="About this host"
          value={tab}
          onChange={(next) => void navigate({ search: next === "containers" ? {} : { tab: next }, replace: true })}
          tabs={[
            { value: "containers", label: "Containers", content: <HostContainers host={host} inventory={inventory} /> },
            { value: "logs", label: "Log sources", content: <LogSourcesTab host={host} inventory={inventory} /> },
            { value: "policy", label: "Policy", content: <PolicyTab host={host} /> },
            { value: "agent", label: "Agent", content: <AgentTab host={host} /> },
          ]}
        />
      )}
    </>
  );
};
