import type { Action } from "@yardarm/protocol/action";
import type { OrgId } from "@yardarm/protocol/ids";

type Listener = (action: Action) => void;

/** New states of actions for those who watch, per org. */
export class ActionFeed {
  readonly #listeners = new Map<OrgId, Set<Listener>>();

  publish(orgId: OrgId, action: Action): void {
    for (const listener of this.#listeners.get(orgId) ?? []) listener(action);
  }

  subscribe(orgId: OrgId, listener: Listener): () => void {
    const listeners = this.#listeners.get(orgId) ?? new Set();
    this.#listeners.set(orgId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(orgId);
    };
  }
}
