/** The closed table of verbs: how each is carried out, how long that may take, and how its success shows. */
import type { ActionCommand, ActionVerb } from "@yardarm/protocol/action";
import type { ContainerState } from "@yardarm/protocol/container";
import type { ContainerDetails } from "../docker/container-details.ts";
import type { ActResult, Engine } from "../docker/engine.ts";

/** The engine, as far as actions need it. */
export type ActionEngine = Pick<
  Engine,
  | "inspectContainer"
  | "startContainer"
  | "stopContainer"
  | "restartContainer"
  | "pauseContainer"
  | "unpauseContainer"
  | "killContainer"
>;

const DEFAULT_GRACE_SECONDS = 10;
/** What the engine may take beyond the container's own grace. */
const MARGIN_MS = 60_000;
/** For a container whose own grace is "for ever". */
const LONGEST_GRACE_SECONDS = 3_600;

/** How long the engine may take to answer, from the grace that is in force. */
const actTimeoutMs = (command: ActionCommand, details: ContainerDetails): number => {
  if (command.verb !== "STOP" && command.verb !== "RESTART") return MARGIN_MS;
  const graceSeconds = command.timeoutSeconds ?? details.stopGraceSeconds ?? DEFAULT_GRACE_SECONDS;
  return (graceSeconds < 0 ? LONGEST_GRACE_SECONDS : graceSeconds) * 1_000 + MARGIN_MS;
};

/** Asks the engine to do it. A stop grace is sent only when a person asked for one. */
export const act = (engine: ActionEngine, command: ActionCommand, details: ContainerDetails): Promise<ActResult> => {
  const { dockerId } = details;
  const options = { timeoutMs: actTimeoutMs(command, details) };
  const stopOptions = { ...options, graceSeconds: command.timeoutSeconds ?? undefined };
  switch (command.verb) {
    case "START":
      return engine.startContainer(dockerId, options);
    case "STOP":
      return engine.stopContainer(dockerId, stopOptions);
    case "RESTART":
      return engine.restartContainer(dockerId, stopOptions);
    case "PAUSE":
      return engine.pauseContainer(dockerId, options);
    case "UNPAUSE":
      return engine.unpauseContainer(dockerId, options);
    case "KILL":
      return engine.killContainer(dockerId, options);
  }
};

/** As much of a container as success shows by. */
export type RunState = Pick<ContainerDetails, "state" | "startedAtNs">;

const UP: readonly ContainerState[] = ["running", "paused", "restarting"];

/**
 * Whether the container looks as it must after `verb`. A `StartedAt` that moved proves a start even when the container
 * has ended again, and a kill or stop even when its restart policy has brought it back.
 */
export const isDone = (verb: ActionVerb, before: RunState, after: RunState): boolean => {
  const hasStartedAgain = after.startedAtNs !== before.startedAtNs;
  switch (verb) {
    case "RESTART":
      return hasStartedAgain;
    case "START":
      return hasStartedAgain || UP.includes(after.state);
    case "STOP":
    case "KILL":
      return hasStartedAgain || !UP.includes(after.state);
    case "PAUSE":
      return after.state === "paused";
    case "UNPAUSE":
      return after.state !== "paused";
  }
};
