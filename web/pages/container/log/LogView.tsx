import type { ContainerId, HostId } from "@yardarm/protocol/ids";

export type LogViewProps = { readonly containerId: ContainerId; readonly hostId: HostId };

/** The place of a container's log: fills what it is given, dark in both themes. */
export const LogView = ({ containerId }: LogViewProps) => (
  <section
    aria-label="Log"
    data-container={containerId}
    className="yd-dark flex min-h-0 flex-1 flex-col bg-log font-mono text-log text-text"
  />
);
