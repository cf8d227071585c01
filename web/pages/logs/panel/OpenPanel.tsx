import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { lazy, Suspense } from "react";
import { useKnownContainer } from "../../container/use-known-container.ts";
import type { ColumnChoice, ValueActions } from "../../log/details/LineFields.tsx";
import type { PanelLine } from "./panel-line.ts";

const LinePanel = lazy(async () => ({ default: (await import("./LinePanel.tsx")).LinePanel }));

export type OpenPanelProps = {
  readonly line: PanelLine;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly actions: ValueActions;
  readonly choice?: ColumnChoice;
  readonly onClose: () => void;
  readonly focusBack: () => HTMLElement | null;
};

/** The panel of a line that is open, in both tabs; its program is loaded with the first one. */
export const OpenPanel = ({ containers, hosts, ...props }: OpenPanelProps) => {
  const { containerId } = props.line.address;
  const known = useKnownContainer(containerId);
  const container = containers.get(containerId) ?? (known.status === "known" ? known.container : undefined);
  const host = container === undefined ? undefined : hosts.get(container.hostId);
  return (
    <Suspense fallback={<div className="h-[45%] min-h-56 shrink-0 border-control border-t bg-surface" />}>
      <LinePanel {...props} container={container} host={host} />
    </Suspense>
  );
};
