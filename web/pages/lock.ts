import type { Container } from "@yardarm/protocol/container";
import { protectionByLabel } from "@yardarm/protocol/container-can";

/** Why a container is locked, in words; `null` when it is not. */
export const lockReason = (container: Container): string | null => {
  if (container.isAgent) return "This is Yardarm's own agent on this host.";
  switch (protectionByLabel(container.labels)) {
    case "all":
      return "Protected by a label: only an admin may stop, restart, pause or kill it, by typing its name.";
    case "stop":
      return "Protected by a label: only an admin may stop, restart or kill it, by typing its name.";
    case "none":
      return null;
  }
};
