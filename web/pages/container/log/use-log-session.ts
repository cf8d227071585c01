import type { ContainerId } from "@yardarm/protocol/ids";
import { useEffect, useState } from "react";
import { useLive } from "../../../live/live-context.tsx";
import { LogSession } from "../../../live/log-session.ts";
import { openLogWorkerPort } from "../../../live/log-worker-port.ts";

/** Ingesting goes on at this pace in a tab that nobody sees; nothing is drawn there. */
const HIDDEN_MS = 250;

/** Reads the log while mounted; `null` until it has begun. */
export const useLogSession = (containerId: ContainerId): LogSession | null => {
  const live = useLive();
  const [session, setSession] = useState<LogSession | null>(null);
  useEffect(() => {
    const opened = new LogSession({
      containerId,
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
  }, [live, containerId]);
  return session;
};

const runAfter = (delayMs: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};
