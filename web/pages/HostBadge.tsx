import type { Host } from "@yardarm/protocol/host";
import { hostLook } from "../format/state-look.ts";
import { useConnection } from "../live/live-context.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { useAge } from "./ages.ts";

/** A host's status with its age; dim while the hub itself is not heard. */
export const HostBadge = ({ host }: { readonly host: Host }) => {
  const age = useAge();
  const connection = useConnection();
  return (
    <span className="shrink-0 tabular">
      <StateBadge look={hostLook(host.status, age(host.lastSeenAtNs))} isDim={connection.status !== "open"} />
    </span>
  );
};
