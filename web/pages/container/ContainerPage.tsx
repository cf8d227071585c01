import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { actionHistoryQuery } from "../../api/action-calls.ts";
import { useHost, useWatchMetrics } from "../../live/live-context.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useMedia, WIDE } from "../use-media.ts";
import { useTitle } from "../use-title.ts";
import { ActionList } from "./ActionList.tsx";
import { ContainerDetails } from "./ContainerDetails.tsx";
import { ContainerHeader } from "./ContainerHeader.tsx";
import type { ContainerTab } from "./container-search.ts";
import { ContainerLog } from "./log/ContainerLog.tsx";
import { MetricsPanel } from "./MetricsPanel.tsx";
import { useFollowReplacement } from "./use-follow-replacement.ts";
import { useKnownContainer } from "./use-known-container.ts";

const route = getRouteApi("/signed-in/fleet/$hostId/$containerId");

/** One container: its log, how it does, and what can be done to it. */
export const ContainerPage = () => {
  const params = route.useParams();
  const hostId = asId<HostId>(params.hostId);
  const containerId = asId<ContainerId>(params.containerId);
  const known = useKnownContainer(containerId);
  const container = known.status === "known" ? known.container : undefined;
  const host = useHost(hostId);
  const isWide = useMedia(WIDE);
  useWatchMetrics(containerId);
  useFollowReplacement(container);
  useTitle(container?.name, host?.name);

  if (known.status === "loading") return <SkeletonRows rows={8} label="Loading the container" />;
  if (known.status === "failed") {
    return (
      <div className="p-3">
        <h1 className="only-read-aloud">Container</h1>
        <ProblemState error={known.error} onRetry={known.retry} />
      </div>
    );
  }
  if (container === undefined) {
    return (
      <div className="p-3">
        <h1 className="only-read-aloud">Unknown container</h1>
        <EmptyState title="This container is not known.">
          It was removed some time ago, or you may not see it.{" "}
          <Link to={PATHS.fleet} className="text-accent underline">
            Show the fleet
          </Link>
        </EmptyState>
      </div>
    );
  }
  const log = <ContainerLog key={containerId} container={container} host={host} />;
  const metrics = <MetricsPanel container={container} />;
  const details = <ContainerDetails container={container} />;
  const actions = <ActionList container={container} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ContainerHeader container={container} host={host} />
      {isWide ? (
        <div className="flex min-h-0 flex-1 border-line border-t">
          <div className="flex min-w-0 basis-[65%] flex-col">{log}</div>
          <div
            role="region"
            className="min-w-0 flex-1 overflow-y-auto border-line border-l [scrollbar-gutter:stable]"
            aria-label="Metrics, actions and details"
            tabIndex={0}
          >
            {metrics}
            {actions}
            <DetailsBelowActions container={container} />
          </div>
        </div>
      ) : (
        <NarrowLayout log={log} metrics={metrics} details={details} actions={actions} />
      )}
    </div>
  );
};

/** They wait for the list above them: it would move them when it comes. */
const DetailsBelowActions = ({ container }: { readonly container: Container }) =>
  useInfiniteQuery(actionHistoryQuery(container.containerId)).isPending ? null : (
    <ContainerDetails container={container} />
  );

type Parts = Readonly<Record<"log" | "metrics" | "details" | "actions", React.ReactNode>>;

const NarrowLayout = ({ log, metrics, details, actions }: Parts) => {
  const { tab = "logs" } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (next: ContainerTab): void => {
    void navigate({
      search: ({ tab: _former, ...rest }) => (next === "logs" ? rest : { ...rest, tab: next }),
      replace: true,
    });
  };
  const scrolling = (label: string, content: React.ReactNode) => (
    <div role="region" className="min-h-0 flex-1 overflow-y-auto" aria-label={label} tabIndex={0}>
      {content}
    </div>
  );
  return (
    <Tabs
      label="About this container"
      value={tab}
      onChange={choose}
      tabs={[
        { value: "logs", label: "Logs", content: log },
        { value: "metrics", label: "Metrics", content: scrolling("Metrics", metrics) },
        { value: "details", label: "Details", content: scrolling("Details", details) },
        { value: "actions", label: "Actions", content: scrolling("Actions", actions) },
      ]}
    />
  );
};
