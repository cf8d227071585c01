import { LiveClient } from "./live-client.ts";

/** The live client of a real page: the browser's WebSocket, clock, frames and network events. */

/** Silence after which the connection is put to the test; a fleet with one running container speaks every 5 s. */
const SILENT_MS = 15_000;
const PROBE_EVERY_MS = 5_000;
const PROBE_TIMEOUT_MS = 5_000;

export type BrowserClient = { readonly client: LiveClient; readonly stop: () => void };

/** Connects to `/ws/client` of the page's own origin and keeps at it until `stop`. */
export const startBrowserClient = (onLost: () => void): BrowserClient => {
  const client = new LiveClient({
    open: () => new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/client`),
    timers: {
      now: Date.now,
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    schedule: nextFrame,
    onLost,
  });
  const stopWatching = watchNetwork(client);
  client.start();
  return {
    client,
    stop: () => {
      stopWatching();
      client.stop();
    },
  };
};

/** Once per frame while the page is drawn; a hidden page draws nothing, so there a timer does. */
const nextFrame = (run: () => void): void => {
  if (document.visibilityState === "visible") requestAnimationFrame(run);
  else setTimeout(run, 250);
};

/**
 * A browser does not tell a page that its peer has gone silent, and pings are invisible to it. So silence is probed by
 * a request, and a page that comes back (from sleep, from another network) does not wait for the back-off.
 */
const watchNetwork = (client: LiveClient): (() => void) => {
  let probing = false;
  const probe = async (): Promise<void> => {
    if (probing || document.visibilityState === "hidden") return;
    if (client.connection().status !== "open" || Date.now() - client.lastHeardAtMs < SILENT_MS) return;
    probing = true;
    const heardAtMs = client.lastHeardAtMs;
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    } catch {
      if (client.lastHeardAtMs === heardAtMs) client.abandon();
    } finally {
      probing = false;
    }
  };
  const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
  const onOnline = (): void => client.retryNow();
  const onVisible = (): void => {
    if (document.visibilityState === "visible") client.retryNow();
  };
  addEventListener("online", onOnline);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    clearInterval(timer);
    removeEventListener("online", onOnline);
    document.removeEventListener("visibilitychange", onVisible);
  };
};
