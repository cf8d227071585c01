import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { HostId } from "@yardarm/protocol/ids";
import { isRuled } from "@yardarm/protocol/protection";
import type { ProtectionMatch } from "@yardarm/protocol/protection-schema";

/** True when a rule says anything at all; one that does not would protect everything. */
export const saysAnything = (match: ProtectionMatch): boolean => Object.values(match).some((part) => part !== null);

/** The containers that a rule fits now, by name, as the hub and the agents judge it. */
export const matchedBy = (
  match: ProtectionMatch,
  containers: Iterable<Container>,
  hosts: ReadonlyMap<HostId, Host>,
): readonly Container[] =>
  [...containers]
    .filter(
      (container) =>
        container.removedAtNs === null &&
        (match.projectId === null || hosts.get(container.hostId)?.projectId === match.projectId) &&
        isRuled(container, match),
    )
    .sort((one, other) => (one.name < other.name ? -1 : 1));
