import { type Action, type ActionState, isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { ActionId, ContainerId } from "@yardarm/protocol/ids";
import { Listeners } from "./listeners.ts";

/** Actions seen by this page, each with what happened to it and when. Never says anything about a container's state. */

/** `atMs` is hub time for the request itself, otherwise when this page heard of it. */
export type ActionStep =
  | { readonly kind: "action"; readonly state: ActionState; readonly atMs: number }
  | { readonly kind: "container"; readonly state: Container["state"]; readonly atMs: number };

export type SeenAction = { readonly action: Action; readonly steps: readonly ActionStep[] };

/** The oldest ones leave first. */
const KEEP = 200;
/** For so long after it settled, an action's timeline still takes up what the engine reports. */
const FOLLOW_MS = 60_000;

export class ActionStore {
  readonly #now: () => number;
  readonly #listeners = new Listeners();
  readonly #actions = new Map<ActionId, SeenAction>();
  #byContainer = new Map<ContainerId, readonly SeenAction[]>();

  /** `now` is hub time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes an action as the hub describes it, from a message or an answer. A settled one never goes back. */
  apply(action: Action): void {
    const seen = this.#actions.get(action.actionId);
    if (seen !== undefined && isSettled(seen.action.state) && !isSettled(action.state)) return;
    const steps: ActionStep[] = [...(seen?.steps ?? [])];
    if (seen === undefined) {
      steps.push({ kind: "action", state: "requested", atMs: Number(BigInt(action.requestedAtNs) / 1_000_000n) });
    }
    const last = steps.findLast((step) => step.kind === "action");
    if (last?.state !== action.state) steps.push({ kind: "action", state: action.state, atMs: this.#now() });
    this.#put({ action, steps });
  }

  /** The engine's own word about a container whose action is under way or just over. */
  observe(container: Container): void {
    const seen = this.#byContainer.get(container.containerId)?.[0];
    if (seen === undefined) return;
    const settledAtMs = seen.steps.findLast((step) => step.kind === "action" && isSettled(step.state))?.atMs;
    if (settledAtMs !== undefined && this.#now() - settledAtMs > FOLLOW_MS) return;
    const last = seen.steps.findLast((step) => step.kind === "container");
    if (last?.state === container.state) return;
    this.#put({
      action: seen.action,
      steps: [...seen.steps, { kind: "container", state: container.state, atMs: this.#now() }],
    });
  }

  /** Newest first; the same array until something changes. */
  readonly of = (containerId: ContainerId): readonly SeenAction[] => this.#byContainer.get(containerId) ?? NONE;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  #put(seen: SeenAction): void {
    this.#actions.set(seen.action.actionId, seen);
    if (this.#actions.size > KEEP) {
      const oldest = this.#actions.keys().next();
      if (!oldest.done) this.#actions.delete(oldest.value);
    }
    const grouped = Map.groupBy(this.#actions.values(), ({ action }) => action.containerId);
    this.#byContainer = new Map([...grouped].map(([id, actions]) => [id, actions.toReversed()]));
    this.#listeners.tell();
  }
}

const NONE: readonly SeenAction[] = [];
