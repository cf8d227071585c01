import { Link, useParams, useRouterState } from "@tanstack/react-router";
import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { clsx } from "clsx";
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
  const isDeep = crumbs.length > 2;
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      {/* On a phone the container's name has a row of its own, below its host; the fleet is one tap away at the bottom. */}
      <ol
        className={clsx(
          "flex",
          isDeep ? "flex-col phone:flex-row phone:items-center phone:gap-1" : "items-center gap-1",
        )}
      >
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1;
          const isSpare = index === 0 && isDeep;
          return (
            <Fragment key={index}>
              {index === 0 ? null : (
                <ChevronRight
                  className={clsx("size-4 shrink-0 text-muted", isDeep && "hidden phone:block")}
                  aria-hidden="true"
                />
              )}
              <li
                className={clsx(
                  "max-w-full truncate",
                  isLast ? "font-medium" : "text-muted phone:min-w-10 phone:shrink-100",
                  !isLast && isDeep && "text-meta phone:text-base",
                  isSpare && "hidden phone:block",
                )}
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
