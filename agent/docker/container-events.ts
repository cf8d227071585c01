/** Container events, as hints that something about a container changed. */
import { asId, DOCKER_ID_PATTERN, type DockerId } from "@yardarm/protocol/ids";
import type { EngineKind } from "./engine-identity.ts";
import { asObject, numberAt, objectAt, textAt } from "./json-fields.ts";
import { JsonLines } from "./json-lines.ts";
import type { RawStream } from "./raw-stream.ts";
import { toSinceParameter } from "./timestamps.ts";

/** The events that change what is known of a container; `exec_*`, `attach`, `top` and the like do not. */
export const CONTAINER_ACTIONS = [
  "create",
  "start",
  "restart",
  "stop",
  "pause",
  "unpause",
  "kill",
  "die",
  "oom",
  "rename",
  "update",
  "destroy",
  "health_status",
] as const;

export type ContainerAction = (typeof CONTAINER_ACTIONS)[number];

export type ContainerEvent = {
  readonly action: ContainerAction;
  readonly dockerId: DockerId;
  /** The name at the time of the event (after a rename: the new one). */
  readonly name: string;
  readonly timeNs: bigint;
  /** On `die` only. */
  readonly exitCode: number | null;
  /** On `health_status` only: "healthy", "unhealthy". */
  readonly health: string | null;
};

/** The path of a subscription that also replays what the engine remembers since `sinceNs` (at most 256 events). */
export const eventsPath = (kind: EngineKind, sinceNs: bigint): string => {
  // Docker leaves the others out at the source, which spares busy health checks; Podman names some events differently.
  const filters = kind === "docker" ? { type: ["container"], event: CONTAINER_ACTIONS } : { type: ["container"] };
  const query = new URLSearchParams({ since: toSinceParameter(sinceNs), filters: JSON.stringify(filters) });
  return `/events?${query}`;
};

/** The events of an open stream, until the engine ends it (returns) or the connection breaks (throws). */
export async function* readContainerEvents(stream: RawStream): AsyncGenerator<ContainerEvent, void, undefined> {
  const lines = new JsonLines();
  for await (const chunk of stream.chunks()) {
    for (const value of lines.feed(chunk)) {
      const event = decodeContainerEvent(value);
      if (event !== null) yield event;
    }
  }
}

/** Podman's words for what Docker calls otherwise. */
const PODMAN_ACTIONS: Readonly<Record<string, ContainerAction>> = { died: "die", remove: "destroy", init: "create" };

/** `null` for anything that is not a change of a container. */
export const decodeContainerEvent = (value: unknown): ContainerEvent | null => {
  const fields = asObject(value);
  const actor = objectAt(fields, "Actor");
  const attributes = objectAt(actor, "Attributes");
  const dockerId = textAt(actor, "ID") || textAt(fields, "id");
  const type = textAt(fields, "Type");
  if ((type !== "container" && type !== "") || !DOCKER_ID_PATTERN.test(dockerId)) return null;
  const [word = "", detail = ""] = (textAt(fields, "Action") || textAt(fields, "status")).split(": ", 2);
  const action = CONTAINER_ACTIONS.find((known) => known === word) ?? PODMAN_ACTIONS[word];
  if (action === undefined) return null;
  const exitCode = textAt(attributes, "exitCode") || textAt(attributes, "containerExitCode");
  return {
    action,
    dockerId: asId(dockerId),
    name: textAt(attributes, "name"),
    timeNs: eventTimeNs(numberAt(fields, "timeNano"), numberAt(fields, "time")),
    exitCode: action === "die" && /^-?\d+$/.test(exitCode) ? Number(exitCode) : null,
    health: action === "health_status" ? detail || textAt(attributes, "health_status") || null : null,
  };
};

/** `timeNano` has passed through a double and is exact to about 250 ns, which is enough to order events by. */
const eventTimeNs = (timeNano: number | null, timeSeconds: number | null): bigint =>
  timeNano !== null ? BigInt(Math.trunc(timeNano)) : BigInt(Math.trunc(timeSeconds ?? 0)) * 1_000_000_000n;
