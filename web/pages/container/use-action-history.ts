import { useInfiniteQuery } from "@tanstack/react-query";
import { isSettled } from "@yardarm/protocol/action";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useEffect } from "react";
import { actionHistoryQuery } from "../../api/action-calls.ts";
import { useConnection, useLive } from "../../live/live-context.tsx";

/**
 * The container's actions as the hub keeps them. Those that are not settled, and those that this page has seen begin, go
 * on in the live store: also when the page was loaded, or the connection lost, while they were under way.
 */
export const useActionHistory = (containerId: ContainerId) => {
  const live = useLive();
  const isConnected = useConnection().status === "open";
  const history = useInfiniteQuery(actionHistoryQuery(containerId));
  const { data, refetch } = history;
  useEffect(() => {
    if (isConnected) void refetch();
  }, [isConnected, refetch]);
  useEffect(() => {
    const known = new Set(live.actions.of(containerId).map(({ action }) => action.actionId));
    for (const action of data?.pages.flatMap(({ items }) => items) ?? []) {
      if (!isSettled(action.state) || known.has(action.actionId)) live.actions.apply(action);
    }
  }, [live, containerId, data]);
  return history;
};
