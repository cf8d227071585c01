import { Link } from "@tanstack/react-router";
import type { Host } from "@yardarm/protocol/host";
import { useState } from "react";
import { useInventory } from "../../live/live-context.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { AddHost } from "../add-host/AddHost.tsx";
import { HostBadge } from "../HostBadge.tsx";
import { hostPath } from "../paths.ts";
import { useTitle } from "../use-title.ts";

/** The hosts of the organization, and how to add one. */
export const HostsPage = () => {
  useTitle("Hosts", "Settings");
  const inventory = useInventory();
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <div className="flex items-center gap-3">
        <h1 className="flex-1 font-semibold text-large">Hosts</h1>
        <Button look="primary" onClick={() => setAdding(true)}>
          Add host
        </Button>
      </div>
      {inventory.status === "loading" ? (
        <SkeletonRows rows={4} label="Loading hosts" />
      ) : (
        <HostList hosts={[...inventory.hosts.values()]} />
      )}
      {isAdding ? (
        <Dialog
          isOpen
          isWide
          onClose={() => setAdding(false)}
          title="Add a host"
          description="An agent on the host connects to this hub by itself."
        >
          <AddHost />
          <DialogButtons>
            <Button onClick={() => setAdding(false)}>Close</Button>
          </DialogButtons>
        </Dialog>
      ) : null}
    </div>
  );
};

const HostList = ({ hosts }: { readonly hosts: readonly Host[] }) => {
  if (hosts.length === 0) return <EmptyState title="No hosts yet.">Add the first one.</EmptyState>;
  return (
    <ul className="flex flex-col">
      {hosts
        .toSorted((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }))
        .map((host) => (
          <li key={host.hostId} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b py-2">
            <Link to={hostPath(host.hostId)} className="min-w-40 flex-1 font-medium hover:underline">
              {host.name}
            </Link>
            <HostBadge host={host} />
            <span className="w-28 text-meta text-muted">
              {host.agentVersion === null ? "no agent yet" : `agent ${host.agentVersion}`}
            </span>
          </li>
        ))}
    </ul>
  );
};
