import { useNavigate } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import { useEffect, useRef } from "react";
import { useLive } from "../../live/live-context.tsx";
import { containerPath } from "../paths.ts";

/**
 * When the container on screen is removed and its name lives on in a new one, the page moves to that one. Somebody who
 * opened a removed container on purpose stays there.
 */
export const useFollowReplacement = (container: Container | undefined): void => {
  const { inventory } = useLive();
  const navigate = useNavigate();
  const seenAlive = useRef<string | null>(null);
  useEffect(() => {
    if (container === undefined) return;
    if (container.removedAtNs === null) {
      seenAlive.current = container.containerId;
      return;
    }
    if (seenAlive.current !== container.containerId) return;
    const follow = (): void => {
      const view = inventory.view();
      if (view.status !== "known") return;
      for (const other of view.containers.values()) {
        if (other.workloadId !== container.workloadId || other.removedAtNs !== null) continue;
        void navigate({ to: containerPath(other.hostId, other.containerId), search: true, replace: true });
        return;
      }
    };
    follow();
    return inventory.subscribe(follow);
  }, [container, inventory, navigate]);
};
