import type { Host } from "@yardarm/protocol/host";
import { useMemo, useState } from "react";
import type { Inventory } from "../../live/inventory-store.ts";
import { FleetTable } from "../fleet/FleetTable.tsx";
import { type FleetView, toFleetView } from "../fleet/fleet-search.ts";

export type HostContainersProps = {
  readonly host: Host;
  readonly inventory: Extract<Inventory, { readonly status: "known" }>;
};

/** The fleet's table, narrowed to this host. */
export const HostContainers = ({ host, inventory }: HostContainersProps) => {
  const [view, setView] = useState<FleetView>({ ...toFleetView({}), group: "none" });
  const own = useMemo(
    () => ({
      ...inventory,
      hosts: new Map([[host.hostId, host]]),
      containers: new Map([...inventory.containers].filter(([, container]) => container.hostId === host.hostId)),
    }),
    [host, inventory],
  );
  return <FleetTable inventory={own} view={view} onChange={(fields) => setView({ ...view, ...fields })} />;
};
