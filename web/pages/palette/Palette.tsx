import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import { asId, type ContainerId, type HostId } from "@yardarm/protocol/ids";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useContainer, useHost, useInventory } from "../../live/live-context.tsx";
import { Kbd } from "../../ui/Kbd.tsx";
import { chooseTheme } from "../../ui/theme/theme.ts";
import type { ActionVerdict } from "../container/action-verdict.ts";
import { useJudge } from "../container/use-judge.ts";
import { keyCaps } from "../shell/key-map.ts";
import type { Layer } from "../shell/layers.ts";
import { findItems, makeGroups, type PaletteGroup, type PaletteItem, type PaletteRun } from "./palette-items.ts";

export type PaletteProps = {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly onClose: () => void;
  /** Goes on in another layer. */
  readonly onLayer: (layer: Layer) => void;
};

/** Everything by its name: what can be done to what is open, then pages, containers, hosts and settings. */
export const Palette = (props: PaletteProps) => {
  const params: { readonly hostId?: string; readonly containerId?: string } = useParams({ strict: false });
  const container = useContainer(asId<ContainerId>(params.containerId ?? ""));
  return container === undefined ? (
    <PaletteBody {...props} container={undefined} judge={NEVER} hostId={params.hostId} />
  ) : (
    <JudgedPalette {...props} container={container} />
  );
};

const NEVER = (): ActionVerdict => ({ allowed: false, reason: "No container is open." });

const JudgedPalette = ({ container, ...props }: PaletteProps & { readonly container: Container }) => {
  const judge = useJudge(container, useHost(container.hostId));
  return <PaletteBody {...props} container={container} judge={judge} hostId={container.hostId} />;
};

type BodyProps = PaletteProps & {
  readonly container: Container | undefined;
  readonly judge: ReturnType<typeof useJudge>;
  readonly hostId: string | undefined;
};

const PaletteBody = ({ query, onQuery, onClose, onLayer, container, judge, hostId }: BodyProps) => {
  const inventory = useInventory();
  const navigate = useNavigate();
  const host = useHost(asId<HostId>(hostId ?? ""));
  // What can be done is judged when the palette opens, and again by the dialog that follows.
  const [judgeOnce] = useState(() => judge);
  const groups = useMemo(() => {
    const isKnown = inventory.status === "known";
    return makeGroups({
      hosts: isKnown ? [...inventory.hosts.values()] : [],
      containers: isKnown ? [...inventory.containers.values()].filter(({ removedAtNs }) => removedAtNs === null) : [],
      container,
      host,
      judge: judgeOnce,
    });
  }, [inventory, container, host, judgeOnce]);
  const found = useMemo(() => findItems(groups, query), [groups, query]);

  const perform = (run: PaletteRun): void => {
    switch (run.kind) {
      case "go":
        onClose();
        void navigate({ to: run.to, search: run.search });
        return;
      case "act":
        onLayer({ kind: "action", verb: run.verb, containerId: run.container.containerId });
        return;
      case "theme":
        chooseTheme(run.choice);
        onClose();
        return;
      case "keys":
        onLayer({ kind: "keys" });
    }
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid grid-cols-[minmax(0,1fr)] items-start justify-items-center p-3 phone:pt-[12vh]">
          <Dialog.Popup
            aria-label="Go to anything, do anything"
            className="flex max-h-[min(560px,calc(100dvh-24px))] w-full max-w-160 flex-col overflow-hidden rounded-layer border border-control bg-surface shadow-layer"
          >
            <Autocomplete.Root
              open
              inline
              mode="none"
              items={found}
              filter={null}
              value={query}
              onValueChange={onQuery}
              itemToStringValue={({ title }: PaletteItem) => title}
              autoHighlight="always"
              keepHighlight
            >
              <div className="flex h-11 shrink-0 items-center gap-2 border-line border-b px-3 focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-2">
                <Search className="size-4 shrink-0 text-muted" aria-hidden="true" />
                <Autocomplete.Input
                  aria-label="Name of a container, host, page or action"
                  placeholder="Container, host, page or action"
                  autoComplete="off"
                  spellCheck={false}
                  className="h-full min-w-0 flex-1 bg-transparent outline-none"
                />
                <Dialog.Close className="shrink-0" aria-label="Esc: close">
                  <Kbd>Esc</Kbd>
                </Dialog.Close>
              </div>
              {found.length > 0 ? null : (
                <p role="status" className="p-4 text-muted">
                  Nothing is called that. Names of containers, hosts and pages are searched; the Logs page searches
                  lines.
                </p>
              )}
              <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1 empty:hidden">
                {(group: PaletteGroup) => (
                  <Autocomplete.Group key={group.title} items={group.items} className="pb-1">
                    <Autocomplete.GroupLabel className="px-2 pt-1 text-meta text-muted">
                      {group.title}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(offered: PaletteItem) => (
                        <PaletteRow key={offered.id} item={offered} onRun={() => perform(offered.run)} />
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

const PaletteRow = ({ item, onRun }: { readonly item: PaletteItem; readonly onRun: () => void }) => {
  const isOff = item.disabledReason !== null;
  return (
    <Autocomplete.Item
      value={item}
      onClick={isOff ? undefined : onRun}
      aria-disabled={isOff || undefined}
      className="flex min-h-8 items-center gap-3 rounded-control px-2 py-1 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2"
    >
      <span className={`min-w-0 flex-1 truncate ${isOff ? "text-muted" : ""}`}>{item.title}</span>
      <span className="min-w-0 max-w-1/2 truncate text-meta text-muted">{item.disabledReason ?? item.beside}</span>
      {item.keys === null ? null : (
        <span className="hidden shrink-0 gap-1 phone:flex" aria-hidden="true">
          {keyCaps(item.keys, false).map((cap) => (
            <Kbd key={cap}>{cap}</Kbd>
          ))}
        </span>
      )}
    </Autocomplete.Item>
  );
};
