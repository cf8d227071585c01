import { useEffect, useEffectEvent } from "react";
import { keyPreferences, meantBy } from "./shell/key-preferences.ts";

/**
 * Single keys, and pairs such as `g f`. They never act inside a field or a layer, nor together with Ctrl, Meta or Alt. What a page
 * listens to stands in `shell/key-map.ts` as well, which people read.
 */

const PAIR_MS = 1_000;

const isBusy = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]") !== null;

export type Hotkeys = Readonly<Record<string, () => void>>;

export const useHotkeys = (keys: Hotkeys): void => {
  const lookUp = useEffectEvent((pressed: string): (() => void) | undefined => {
    const meant = meantBy(pressed, keyPreferences.get());
    return meant === null ? undefined : keys[meant];
  });
  useEffect(() => {
    let first: { readonly key: string; readonly atMs: number } | null = null;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
      const pair = first !== null && event.timeStamp - first.atMs < PAIR_MS ? `${first.key} ${event.key}` : null;
      const run = (pair === null ? undefined : lookUp(pair)) ?? lookUp(event.key);
      first = run === undefined ? { key: event.key, atMs: event.timeStamp } : null;
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
};
