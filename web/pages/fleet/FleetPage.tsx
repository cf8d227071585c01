import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useInventory, useWatchMetrics } from "../../live/live-context.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { useTitle } from "../use-title.ts";
import { FleetCounters } from "./FleetCounters.tsx";
import { FleetTable } from "./FleetTable.tsx";
import { FleetToolbar } from "./FleetToolbar.tsx";
import { countFleet } from "./fleet-filter.ts";
import { type FleetView, toFleetView, writeFleetView } from "./fleet-search.ts";

// Needed once in the life of an installation.
const FirstHost = lazy(async () => ({ default: (await import("./FirstHost.tsx")).FirstHost }));

const route = getRouteApi("/signed-in/fleet");

/** Every container of every host: counters, filter, and one live table. */
export const FleetPage = () => {
  useTitle("Fleet");
  useWatchMetrics(null);
  // Once begun, adding the first host stays on screen until the person has seen it through.
  const [isFirst, setFirst] = useState<boolean | null>(null);
  const begin = useCallback(() => setFirst(true), []);
  const finish = (): void => setFirst(false);
  usePreloadContainerPage();
  const inventory = useInventory();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view = useMemo(() => toFleetView(search), [search]);
  const change = useCallback(
    (fields: Partial<FleetView>): void => {
      // Typing is no navigation: it must not fill the history that Back walks through.
      void navigate({
        search: (current) => writeFleetView({ ...toFleetView(current), ...fields }),
        replace: true,
      });
    },
    [navigate],
  );

  if (inventory.status === "loading") {
    return (
      <>
        <h1 className="only-read-aloud">Fleet</h1>
        <div className="h-25 shrink-0" />
        <SkeletonRows rows={12} label="Loading the fleet" />
      </>
    );
  }
  if (isFirst ?? inventory.hosts.size === 0) {
    return (
      <Suspense>
        <FirstHost hosts={inventory.hosts.size} onDone={finish} onStart={begin} />
      </Suspense>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <h1 className="only-read-aloud">Fleet</h1>
      <FleetCounters
        counts={countFleet(inventory.hosts.values(), inventory.containers.values())}
        view={view}
        onChange={change}
      />
      <FleetToolbar view={view} onChange={change} />
      <FleetTable inventory={inventory} view={view} onChange={change} />
    </div>
  );
};

/** Opening a container must not wait for the network; its code comes when the browser has nothing better to do. */
const usePreloadContainerPage = (): void => {
  useEffect(() => {
    const load = (): void => void import("../container/ContainerPage.tsx").catch(() => {});
    if (!("requestIdleCallback" in globalThis)) return;
    const handle = requestIdleCallback(load);
    return () => cancelIdleCallback(handle);
  }, []);
};
