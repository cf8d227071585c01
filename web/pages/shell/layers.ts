import type { ActionVerb } from "@yardarm/protocol/action";
import type { ContainerId } from "@yardarm/protocol/ids";

/** What can lie over any page; one at a time. */
export type Layer =
  | { readonly kind: "palette" }
  | { readonly kind: "keys" }
  | { readonly kind: "action"; readonly verb: ActionVerb; readonly containerId: ContainerId };

let open: Layer | null = null;
const listeners = new Set<() => void>();

export const layers = {
  get: (): Layer | null => open,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  show: (layer: Layer | null): void => {
    open = layer;
    for (const listener of listeners) listener();
  },
};
