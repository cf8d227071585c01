import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { useHotkeys } from "../use-hotkeys.ts";
import { layers } from "./layers.ts";

/** Palette and sheet of keys: loaded when first asked for. */

const Palette = lazy(async () => ({ default: (await import("../palette/Palette.tsx")).Palette }));
const PaletteAction = lazy(async () => ({ default: (await import("../palette/PaletteAction.tsx")).PaletteAction }));
const KeySheet = lazy(async () => ({ default: (await import("../palette/KeySheet.tsx")).KeySheet }));

const close = (): void => layers.show(null);

const isPaletteKey = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";

const isInLayer = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("[role=dialog], [role=alertdialog]") !== null;

export const Layers = () => {
  const layer = useSyncExternalStore(layers.subscribe, layers.get);
  const [query, setQuery] = useState("");
  const isPalette = layer?.kind === "palette";
  useHotkeys({
    "?": () => layers.show({ kind: "keys" }),
    // What can be done to what is open comes first in it.
    ".": () => layers.show({ kind: "palette" }),
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!isPaletteKey(event) || event.defaultPrevented) return;
      event.preventDefault();
      if (layers.get()?.kind === "palette") close();
      // A dialog that is open keeps what was typed into it.
      else if (document.querySelector("[role=dialog], [role=alertdialog]") === null) layers.show({ kind: "palette" });
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
      close();
    };
  }, []);
  // What is typed while the palette is still loading belongs to it, and to nothing else on the page.
  useEffect(() => {
    if (!isPalette) return;
    setQuery("");
    const onEarlyKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isInLayer(event.target)) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      if (event.key === "Escape") close();
      else if (event.key === "Backspace") setQuery((former) => former.slice(0, -1));
      else if (event.key.length === 1) setQuery((former) => former + event.key);
    };
    addEventListener("keydown", onEarlyKey, { capture: true });
    return () => removeEventListener("keydown", onEarlyKey, { capture: true });
  }, [isPalette]);
  if (layer === null) return null;
  return (
    <Suspense fallback={null}>
      {layer.kind === "palette" ? (
        <Palette query={query} onQuery={setQuery} onClose={close} onLayer={layers.show} />
      ) : null}
      {layer.kind === "keys" ? <KeySheet onClose={close} /> : null}
      {layer.kind === "action" ? (
        <PaletteAction verb={layer.verb} containerId={layer.containerId} onClose={close} />
      ) : null}
    </Suspense>
  );
};
