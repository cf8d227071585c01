import { Link, useParams, useRouterState } from "@tanstack/react-router";
import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { useHost, useInventory } from "../../live/live-context.tsx";
import { useKnownContainer } from "../container/use-known-container.ts";
import { hostPath, PATHS } from "../paths.ts";

/** Where this page is: host and container stay in the bar at all times. */
export const Breadcrumb = () => {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const params: { readonly hostId?: string; readonly containerId?: string } = useParams({ strict: false });
  const host = useHost(asId<HostId>(params.hostId ?? ""));
  const container = useKnownContainer(params.containerId === undefined ? null : asId<ContainerId>(params.containerId));
  const isKnown = useInventory().status === "known";
  const crumbs: ReactNode[] = [];
  if (pathname.startsWith(PATHS.settings)) crumbs.push("Settings");
  else if (pathname.startsWith(PATHS.logs)) crumbs.push("Logs");
  else if (pathname.startsWith(PATHS.audit)) crumbs.push("Audit");
  else if (params.hostId === undefined) crumbs.push("Fleet");
  else {
    crumbs.push(<CrumbLink to={PATHS.fleet}>Fleet</CrumbLink>);
    // Nothing is called unknown before the fleet is known.
    const hostName = host?.name ?? (isKnown ? "Unknown host" : "");
    if (params.containerId === undefined) crumbs.push(hostName);
    else {
      crumbs.push(<CrumbLink to={hostPath(asId<HostId>(params.hostId))}>{hostName}</CrumbLink>);
      if (container.status === "known") crumbs.push(container.container.name);
      else crumbs.push(container.status === "unknown" ? "Unknown container" : "");
    }
  }
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex items-center gap-1">
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1;
          // Host and container need the room of a phone's bar, the container most of it; the fleet is one tap away below.
          const isSpare = index === 0 && crumbs.length > 2;
          return (
            <Fragment key={index}>
              {index === 0 ? null : (
                <ChevronRight
                  className={`size-4 shrink-0 text-muted ${index === 1 && crumbs.length > 2 ? "hidden phone:block" : ""}`}
                  aria-hidden="true"
                />
              )}
              <li
                className={`truncate ${isLast ? "font-medium" : "min-w-10 shrink-100 text-muted"} ${isSpare ? "hidden phone:block" : ""}`}
                aria-current={isLast ? "page" : undefined}
              >
                {crumb}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
};

const CrumbLink = ({ to, children }: { readonly to: string; readonly children: string }) => (
  <Link to={to} className="hover:text-text hover:underline">
    {children}
  </Link>
);
