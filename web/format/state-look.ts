import { formatDuration } from "./duration.ts";

/** How a state is shown: always icon and word and colour together. One table for every place that shows a state. */

export type Tone = "ok" | "warn" | "danger" | "muted";

const STATE_ICONS = [
  "dot",
  "half-dot",
  "triangle",
  "arrows",
  "bars",
  "ring",
  "cross",
  "dashed-ring",
  "clock",
  "broken-link",
  "question",
] as const;
export type StateIconName = (typeof STATE_ICONS)[number];

export type StateLook = { readonly icon: StateIconName; readonly word: string; readonly tone: Tone };

/** What of a container decides how its state looks. */
export type ContainerStateFacts = {
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly removedAtNs: string | null;
};

/** The look of a container's state. "Running" never hides that it is unhealthy or still starting. */
export const containerLook = (container: ContainerStateFacts): StateLook => {
  if (container.removedAtNs !== null) return { icon: "dashed-ring", word: "Removed", tone: "muted" };
  switch (container.state) {
    case "running":
      if (container.health === "unhealthy") return { icon: "triangle", word: "Unhealthy", tone: "danger" };
      if (container.health === "starting") return { icon: "half-dot", word: "Starting", tone: "warn" };
      return { icon: "dot", word: "Running", tone: "ok" };
    case "restarting":
      return { icon: "arrows", word: `Restarting (×${container.restartCount})`, tone: "warn" };
    case "paused":
      return { icon: "bars", word: "Paused", tone: "warn" };
    case "created":
      return { icon: "ring", word: "Created", tone: "muted" };
    case "removing":
      return { icon: "dashed-ring", word: "Removing", tone: "muted" };
    case "dead":
      return { icon: "cross", word: "Dead", tone: "danger" };
    case "exited": {
      const failed = container.oomKilled || (container.exitCode !== null && container.exitCode !== 0);
      const code = container.exitCode === null ? "Exited" : `Exited (${container.exitCode})`;
      return {
        icon: failed ? "cross" : "ring",
        word: container.oomKilled ? `${code} · OOM` : code,
        tone: failed ? "danger" : "muted",
      };
    }
  }
};

/** The look of a host's status; `silentMs` is the time since its last sign of life, `null` when there was none. */
export const hostLook = (status: "pending" | "online" | "stale" | "offline", silentMs: number | null): StateLook => {
  const age = silentMs === null ? "" : ` ${formatDuration(silentMs)}`;
  switch (status) {
    case "pending":
      return { icon: "dashed-ring", word: "Waiting for its agent", tone: "muted" };
    case "online":
      return { icon: "dot", word: "Online", tone: "ok" };
    case "stale":
      return { icon: "clock", word: `Stale${age}`, tone: "warn" };
    case "offline":
      return { icon: "broken-link", word: `Offline${age}`, tone: "danger" };
  }
};
