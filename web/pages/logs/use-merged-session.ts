import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { HostId } from "@yardarm/protocol/ids";
import { useEffect, useState } from "react";
import { useLive } from "../../live/live-context.tsx";
import { openLogWorkerPort } from "../../live/log-worker-port.ts";
import { MergedSession } from "../../live/merged-session.ts";
import { SKEW_WORTH_MS } from "./merged-words.ts";

/** Ingesting goes on at this pace in a tab that nobody sees; nothing is drawn there. */
const HIDDEN_MS = 250;

export type FollowedContainers = {
  readonly containers: readonly Container[];
  readonly hosts: ReadonlyMap<HostId, Host>;
};

/**
 * Reads the logs of these containers as one while mounted; `null` until it has begun. Another `selection` begins anew; containers that
 * come and go within one join and leave.
 */
export const useMergedSession = (
  selection: string,
  { containers, hosts }: FollowedContainers,
): MergedSession | null => {
  const live = useLive();
  const [session, setSession] = useState<MergedSession | null>(null);
  useEffect(() => {
    const opened = new MergedSession({
      source: live,
      openPort: openLogWorkerPort,
      timers: { now: Date.now, after: runAfter },
      schedule: (publish) => {
        if (document.visibilityState === "visible") requestAnimationFrame(publish);
        else setTimeout(publish, HIDDEN_MS);
      },
    });
    setSession(opened);
    return () => {
      opened.stop();
      setSession(null);
    };
  }, [live, selection]);
  const followed = containers.map(({ containerId, hostId }) => `${containerId} ${certainSkewMs(hosts.get(hostId))}`);
  const key = followed.join(",");
  useEffect(() => {
    if (session === null || key === "") return;
    session.follow(
      key.split(",").map((part) => {
        const [containerId = "", skewMs = "0"] = part.split(" ");
        return { containerId: containerId as Container["containerId"], skewMs: Number(skewMs) };
      }),
    );
  }, [session, key]);
  return session;
};

/** Smaller differences are those of measuring; taking them for real would put lines of good clocks out of order. */
const certainSkewMs = (host: Host | undefined): number => {
  const skewMs = host?.clockSkewMs ?? 0;
  return Math.abs(skewMs) < SKEW_WORTH_MS ? 0 : skewMs;
};

const runAfter = (delayMs: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
