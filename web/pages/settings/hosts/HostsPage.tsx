import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Host } from "@yardarm/protocol/host";
import { useState } from "react";
import { projectsQuery } from "../../../api/org-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { useInventory } from "../../../live/live-context.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { AddHost } from "../../add-host/AddHost.tsx";
import { useAge } from "../../ages.ts";
import { HostBadge } from "../../HostBadge.tsx";
import { clockWords, isSkewNotable } from "../../host/clock-words.ts";
import { isCloneRecent } from "../../host/clone-words.ts";
import { policySummary } from "../../host/policy-words.ts";
import { hostPath } from "../../paths.ts";
import { useMe } from "../../use-me.ts";
import { useTitle } from "../../use-title.ts";
import { PageHead } from "../PageHead.tsx";
import { HostMenu } from "./HostMenu.tsx";

/** The hosts of the organization, and how to add one. */
export const HostsPage = () => {
  useTitle("Hosts", "Settings");
  const refusal = refusalOf(useMe(), "host.create");
  const inventory = useInventory();
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="Hosts"
        action={
          <Button look="primary" disabledReason={refusal} onClick={() => setAdding(true)}>
            Add host
          </Button>
        }
      />
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
  const projects = useQuery(projectsQuery);
  if (hosts.length === 0) return <EmptyState title="No hosts yet.">Add the first one.</EmptyState>;
  return (
    <ul className="flex flex-col">
      {hosts
        .toSorted((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }))
        .map((host) => (
          <HostRow
            key={host.hostId}
            host={host}
            project={projects.data?.items.find(({ projectId }) => projectId === host.projectId)?.name}
          />
        ))}
    </ul>
  );
};

/** What somebody has to do about a host, and where. */
const HostAlarm = ({ host }: { readonly host: Host }) => {
  const clonedMs = useAge()(host.clonedAtNs ?? null);
  const word =
    host.approval !== undefined
      ? "An agent waits for approval"
      : isCloneRecent(clonedMs)
        ? "Its identity was used in two places"
        : null;
  return word === null ? null : (
    <Link to={hostPath(host.hostId)} className="text-meta text-warn underline">
      {word}
    </Link>
  );
};

const HostRow = ({ host, project }: { readonly host: Host; readonly project: string | undefined }) => (
  <li className="flex items-center gap-x-3 border-line border-b py-2">
    <span className="min-w-0 flex-1">
      <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <Link to={hostPath(host.hostId)} className="min-w-40 flex-1 font-medium hover:underline">
          {host.name}
        </Link>
        <HostBadge host={host} />
      </span>
      <span className="block text-meta text-muted">
        {[
          project,
          host.agentVersion === null ? "no agent yet" : `agent ${host.agentVersion}`,
          host.status === "pending" ? null : policySummary(host.policy),
          isSkewNotable(host.clockSkewMs) ? `clock ${clockWords(host.clockSkewMs)}` : null,
        ]
          .filter((part) => part !== null && part !== undefined)
          .join(" · ")}
      </span>
      <HostAlarm host={host} />
    </span>
    <HostMenu host={host} />
  </li>
);
