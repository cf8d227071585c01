import { type Action, type ActionState, isSettled } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { ActionId, ContainerId } from "@yardarm/protocol/ids";
import { Listeners } from "./listeners.ts";

/** Actions seen by this page, each with what happened to it and when. Never says anything about a container's state. */

/** `atMs` is hub time: when the hub knew a state of the action, and when this page heard what the engine reports. */
export type ActionStep =
  | { readonly kind: "action"; readonly state: ActionState; readonly atMs: number }
  | { readonly kind: "container"; readonly state: Container["state"]; readonly atMs: number };

export type SeenAction = { readonly action: Action; readonly steps: readonly ActionStep[] };

/** The oldest ones leave first. */
const KEEP = 200;
/** For so long after it settled, an action's timeline still takes up what the engine reports. */
const FOLLOW_MS = 60_000;

const toMs = (ns: string): number => Number(BigInt(ns) / 1_000_000n);

/** An action with the course that the hub has kept of it. */
export const toSeen = (action: Action): SeenAction => ({
  action,
  steps: (action.steps ?? []).map(({ state, atNs }) => ({ kind: "action", state, atMs: toMs(atNs) })),
});

export class ActionStore {
  readonly #now: () => number;
  readonly #listeners = new Listeners();
  readonly #actions = new Map<ActionId, SeenAction>();
  #byContainer = new Map<ContainerId, readonly SeenAction[]>();

  /** `now` is hub time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes an action as the hub describes it, from a message or an answer. It never goes back, also when those overtake each other. */
  apply(action: Action): void {
    const seen = this.#actions.get(action.actionId);
    if (seen !== undefined && isSettled(seen.action.state) && !isSettled(action.state)) return;
    if ((seen?.action.steps?.length ?? 0) > (action.steps?.length ?? Number.POSITIVE_INFINITY)) return;
    const reported = (seen?.steps ?? []).filter(({ kind }) => kind === "container");
    const steps = [...this.#course(action, seen), ...reported].sort((one, other) => one.atMs - other.atMs);
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

  /** The hub's own steps; where it names none, those that this page heard of, when it did. */
  #course(action: Action, seen: SeenAction | undefined): readonly ActionStep[] {
    const { steps: kept } = toSeen(action);
    if (kept.length > 0) return kept;
    const steps = (seen?.steps ?? []).filter(({ kind }) => kind === "action");
    if (seen === undefined) {
      steps.push({ kind: "action", state: "requested", atMs: toMs(action.requestedAtNs) });
    }
    if (steps.at(-1)?.state !== action.state) {
      steps.push({ kind: "action", state: action.state, atMs: this.#now() });
    }
    return steps;
  }

  #put(seen: SeenAction): void {
    this.#actions.set(seen.action.actionId, seen);
    if (this.#actions.size > KEEP) {
      const oldest = this.#actions.keys().next();
      if (!oldest.done) this.#actions.delete(oldest.value);
    }
    const grouped = Map.groupBy(this.#actions.values(), ({ action }) => action.containerId);
    this.#byContainer = new Map([...grouped].map(([id, actions]) => [id, newestFirst(actions)]));
    this.#listeners.tell();
  }
}

const NONE: readonly SeenAction[] = [];

/** Also those that were heard of late are in their place; of two asked for at the same moment the one heard of last is the newer. */
export const newestFirst = (actions: readonly SeenAction[]): readonly SeenAction[] =>
  actions.toReversed().sort((one, other) => compareNs(other.action.requestedAtNs, one.action.requestedAtNs));

const compareNs = (one: string, other: string): number =>
  one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
