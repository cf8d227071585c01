import { NS_PER_SECOND } from "../clock.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

/** How the engine words a span of time: `3 minutes`, `About an hour`, … */
export const humanDuration = (spanNs: bigint): string => {
  const seconds = Number(spanNs / NS_PER_SECOND);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
};

/** `Status` of a container list: `Up 5 minutes (healthy)`, `Exited (137) 2 hours ago`, … */
export const statusText = (container: SimulatedContainer, nowNs: bigint): string => {
  const { state } = container;
  switch (state.status) {
    case "created":
      return "Created";
    case "removing":
      return "Removal In Progress";
    case "paused":
      return `Up ${humanDuration(nowNs - state.run.startedNs)} (Paused)`;
    case "running":
      return `Up ${humanDuration(nowNs - state.run.startedNs)}${healthText(container)}`;
    case "restarting":
      return `Restarting (${state.ending.exitCode}) ${humanDuration(nowNs - state.ending.finishedNs)} ago`;
    case "exited":
      return `Exited (${state.ending.exitCode}) ${humanDuration(nowNs - state.ending.finishedNs)} ago`;
  }
};

const healthText = ({ health }: SimulatedContainer): string => {
  if (health === undefined) return "";
  return health.status === "starting" ? " (health: starting)" : ` (${health.status})`;
};
