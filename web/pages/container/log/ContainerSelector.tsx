import { Combobox } from "@base-ui/react/combobox";
import { useNavigate } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { HostId } from "@yardarm/protocol/ids";
import { Check, ChevronsUpDown } from "lucide-react";
import { useMemo, useState } from "react";
import { containerLook } from "../../../format/state-look.ts";
import { useInventory } from "../../../live/live-context.tsx";
import { StateIcon } from "../../../ui/StateIcon.tsx";
import { containerPath } from "../../paths.ts";

export type Choice = { readonly container: Container; readonly text: string };
export type ChoiceGroup = { readonly label: string; readonly items: readonly Choice[] };

/** A line of one log means nothing in another one. */
const withoutLine = ({ line: _line, ...rest }: { readonly line?: unknown }) => rest;

/** More are found by typing. */
const MOST_SHOWN = 200;

/** Where somebody may want to go from here: the same compose project, the same host, then the rest of the fleet. */
export const choicesFrom = (
  here: Container,
  containers: Iterable<Container>,
  hostName: (hostId: HostId) => string,
): readonly ChoiceGroup[] => {
  const compose: Choice[] = [];
  const host: Choice[] = [];
  const fleet: Choice[] = [];
  for (const container of containers) {
    if (container.removedAtNs !== null && container.containerId !== here.containerId) continue;
    const choice = { container, text: `${hostName(container.hostId)} / ${container.name}` };
    const project = container.compose?.project;
    if (project !== undefined && project === here.compose?.project) compose.push(choice);
    else if (container.hostId === here.hostId) host.push(choice);
    else fleet.push(choice);
  }
  const sorted = (items: Choice[]): readonly Choice[] =>
    items.toSorted((one, other) => one.text.localeCompare(other.text, undefined, { numeric: true }));
  return [
    { label: `Compose project ${here.compose?.project ?? ""}`, items: sorted(compose) },
    { label: "Same host", items: sorted(host) },
    { label: "Fleet", items: sorted(fleet) },
  ].filter(({ items }) => items.length > 0);
};

/** Says which container this is, and leads to another one; filters and search go along. */
export const ContainerSelector = ({
  container,
  host,
}: {
  readonly container: Container;
  readonly host: Host | undefined;
}) => {
  const inventory = useInventory();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const text = `${host?.name ?? "…"} / ${container.name}`;
  // Thousands of containers are sorted only for somebody who looks.
  const groups = useMemo(() => {
    if (!isOpen || inventory.status !== "known") return [];
    return choicesFrom(container, inventory.containers.values(), (hostId) => inventory.hosts.get(hostId)?.name ?? "…");
  }, [isOpen, inventory, container]);
  return (
    <Combobox.Root<Choice>
      items={groups}
      value={{ container, text }}
      isItemEqualToValue={(one, other) => one.container.containerId === other.container.containerId}
      itemToStringLabel={(choice) => choice.text}
      limit={MOST_SHOWN}
      autoHighlight
      open={isOpen}
      onOpenChange={setOpen}
      onValueChange={(choice) => {
        if (choice === null || choice.container.containerId === container.containerId) return;
        const { hostId, containerId } = choice.container;
        void navigate({
          to: containerPath(hostId, containerId),
          search: withoutLine,
        });
      }}
    >
      <Combobox.Trigger
        aria-label="Container"
        className="inline-flex h-8 w-full min-w-0 items-center justify-between gap-1.5 rounded-control border border-control bg-surface px-2 hover:bg-raised"
      >
        <span className="truncate" title={text}>
          {text}
        </span>
        <ChevronsUpDown className="size-4 shrink-0 text-muted" aria-hidden="true" />
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} align="start" className="z-50 outline-none">
          <Combobox.Popup
            aria-label="Choose a container"
            className="flex max-h-[min(480px,var(--available-height))] w-96 max-w-[calc(100vw-16px)] flex-col rounded-layer border border-control bg-surface shadow-layer"
          >
            <Combobox.Input
              aria-label="Find a container"
              placeholder="Find a container"
              className="m-1 h-8 shrink-0 rounded-control border border-control bg-page px-2"
            />
            <Combobox.Empty className="px-3 text-muted not-empty:py-2">No container of that name.</Combobox.Empty>
            <Combobox.List className="min-h-0 overflow-y-auto p-1 empty:p-0">
              {(group: ChoiceGroup) => (
                <Combobox.Group key={group.label} items={group.items}>
                  <Combobox.GroupLabel className="px-2 pt-1 text-meta text-muted">{group.label}</Combobox.GroupLabel>
                  <Combobox.Collection>
                    {(choice: Choice) => (
                      <Combobox.Item
                        key={choice.container.containerId}
                        value={choice}
                        className="flex min-h-8 items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2"
                      >
                        <StateOf container={choice.container} />
                        <span className="min-w-0 flex-1 truncate">{choice.text}</span>
                        <Combobox.ItemIndicator>
                          <Check className="size-4 text-accent" aria-hidden="true" />
                        </Combobox.ItemIndicator>
                      </Combobox.Item>
                    )}
                  </Combobox.Collection>
                </Combobox.Group>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
};

const StateOf = ({ container }: { readonly container: Container }) => {
  const { icon, tone } = containerLook(container);
  return <StateIcon icon={icon} tone={tone} />;
};
