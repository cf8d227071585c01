import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { SeenAction } from "./action-store.ts";
import type { ConnectionState } from "./hub-socket.ts";
import type { Inventory } from "./inventory-store.ts";
import type { LiveClient } from "./live-client.ts";
import type { LiveStart } from "./live-start.ts";
import type { SeenHostSample, SeenSample } from "./metrics-store.ts";

/** The live client as React sees it: one provider below sign-in, and a hook per question. */

const LiveContext = createContext<LiveClient | null>(null);

/** Connected while mounted, and perhaps before. */
export const LiveProvider = ({ start, children }: { readonly start: LiveStart; readonly children: ReactNode }) => {
  const [client, setClient] = useState(start.client);
  useEffect(() => {
    setClient(start.begin());
    return () => {
      start.end();
      setClient(null);
    };
  }, [start]);
  return client === null ? null : <LiveContext value={client}>{children}</LiveContext>;
};

/** The page's live client. @throws Error outside a `LiveProvider` */
export const useLive = (): LiveClient => {
  const client = useContext(LiveContext);
  if (client === null) throw new Error("Live data is only available below LiveProvider.");
  return client;
};

export const useConnection = (): ConnectionState => {
  const live = useLive();
  return useSyncExternalStore(live.subscribeConnection, live.connection);
};

export const useOutdated = (): boolean => {
  const live = useLive();
  return useSyncExternalStore(live.subscribeConnection, live.isOutdated);
};

export const useInventory = (): Inventory => {
  const { inventory } = useLive();
  return useSyncExternalStore(inventory.subscribe, inventory.view);
};

/** `undefined` when the container is not known (yet). Renders again only when this one changes. */
export const useContainer = (containerId: ContainerId): Container | undefined => {
  const { inventory } = useLive();
  return useSyncExternalStore(inventory.subscribe, () => {
    const view = inventory.view();
    return view.status === "known" ? view.containers.get(containerId) : undefined;
  });
};

export const useHost = (hostId: HostId): Host | undefined => {
  const { inventory } = useLive();
  return useSyncExternalStore(inventory.subscribe, () => {
    const view = inventory.view();
    return view.status === "known" ? view.hosts.get(hostId) : undefined;
  });
};

/** Keeps samples of a container (fast rate) or of the whole fleet (`null`, normal rate) coming while mounted. */
export const useWatchMetrics = (target: ContainerId | null): void => {
  const { metrics } = useLive();
  useEffect(() => metrics.watch(target), [metrics, target]);
};

/** The newest sample of a container. Does not make it come: `useWatchMetrics` does. */
export const useSample = (containerId: ContainerId): SeenSample | undefined => {
  const { metrics } = useLive();
  return useSyncExternalStore(metrics.subscribe, () => metrics.sample(containerId));
};

export const useHostSample = (hostId: HostId): SeenHostSample | undefined => {
  const { metrics } = useLive();
  return useSyncExternalStore(metrics.subscribe, () => metrics.hostSample(hostId));
};

/** Actions on a container that this page knows of, newest first. */
export const useActions = (containerId: ContainerId): readonly SeenAction[] => {
  const { actions } = useLive();
  return useSyncExternalStore(actions.subscribe, () => actions.of(containerId));
};
