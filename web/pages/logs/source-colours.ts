import type { WorkloadId } from "@yardarm/protocol/ids";

/** A colour for each container, out of the theme's sixteen for logs: every one of them is readable on the log pane in both themes. */

/** Without black and white, which look like text, and without red, which looks like an error. */
const COLOURS = [
  "blue",
  "green",
  "magenta",
  "cyan",
  "yellow",
  "bright-blue",
  "bright-green",
  "bright-magenta",
  "bright-cyan",
  "bright-yellow",
] as const;

/** The same workload has the same colour in every view and after every reload. */
export const colourOf = (workloadId: WorkloadId): string => {
  let hash = 0;
  for (let index = 0; index < workloadId.length; index++) hash = (hash * 31 + workloadId.charCodeAt(index)) >>> 0;
  return COLOURS[hash % COLOURS.length] ?? "blue";
};
